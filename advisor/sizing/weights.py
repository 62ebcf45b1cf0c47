"""What a model weighs under a scheme: by role, by layer, and what one decoded token reads of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.scheme import SchemeProfile
from advisor.errors import UnsupportedError

from .blocks import padded, tensor_bytes
from .header import header_bytes
from .tensors import is_gguf_listing, unconfirmed_share
from .types import Group, facts, group_types, groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Bytes of one model under one scheme.

    total = embedding + output + other + the sum of `layer_bytes` (to the byte for GGUF; rounded elsewhere).
    """

    total_bytes: Estimate
    """All tensors, as loaded."""
    file_bytes: Estimate
    """The file or files on disk: tensors, padding and header with the tokenizer."""
    bpw: float
    """Bits per weight over all tensors, as llama.cpp prints it."""
    n_params: int
    by_role_bytes: dict[str, int] = field(default_factory=dict)
    layer_bytes: tuple[int, ...] = ()
    """Each repeating layer, its experts included (a multi-token-prediction block counts as a layer)."""
    layer_expert_bytes: tuple[int, ...] = ()
    """The routed experts of each layer (what `--n-cpu-moe` moves); 0 for a dense layer."""
    embedding_bytes: int = 0
    """token_embd, and per-layer token embeddings: tensors of which a token reads one row."""
    output_bytes: int = 0
    """The output matrix; 0 when tied, where token_embd is read instead."""
    other_bytes: int = 0
    """Final norm, rope factors and the like, outside any layer."""
    tied: bool = False
    active_bytes_per_token: int = 0
    """Read to decode one token: all layers, of the experts only those used, and the output matrix."""
    bits_by_role: dict[str, float] = field(default_factory=dict)
    """Mean bits per weight of the matrices of each role, scales included."""
    histogram: dict[str, int] = field(default_factory=dict)
    """Type -> number of tensors."""
    basis: str = "exact"


@dataclass(frozen=True, slots=True)
class Part:
    """Some tensors of one kind: each member's layer and bytes."""

    stem: str
    role: str
    n_elements: int
    """Of one tensor."""
    layers: tuple[int | None, ...]
    n_bytes: list[int]
    types: list[str]

    @property
    def alike(self) -> bool:
        """Whether all members take the same bytes."""
        return self.n_bytes.count(self.n_bytes[0]) == len(self.n_bytes)


@lru_cache(maxsize=4096)
def weigh(model: ModelProfile, scheme: SchemeProfile, imatrix: bool | None = None) -> Weights:
    """Bytes of *model* under *scheme*, kept per (model, scheme, imatrix).

    GGUF sizes follow llama-quantize's rules and are exact to the byte; *imatrix* None means one is used where
    the scheme needs it. Schemes of other formats follow from their packing. A model without known shapes gets
    parameter count x bits with the spread such models show. Raises UnsupportedError for a combination nobody
    can make.
    """
    if model.fixed_scheme and model.tensors and scheme.name == model.fixed_scheme:
        return _stored(model)
    try:
        known = groups(model)
    except UnsupportedError:
        from .spread import by_parameter_count

        return by_parameter_count(model, scheme)
    if scheme.is_gguf:
        return _gguf(model, scheme, known, imatrix)
    from .packed import pack

    return pack(model, scheme, known)


def _gguf(
    model: ModelProfile, scheme: SchemeProfile, known: tuple[Group, ...], imatrix: bool | None
) -> Weights:
    if (
        scheme.ftype == "NVFP4"
    ):  # llama-quantize makes none; conversions of NVFP4 checkpoints keep their layout
        from .packed import pack

        return pack(model, replace(scheme, family="nvfp4", quantizes_embeddings=False), known)
    from .recipes import resolve

    recipe = resolve(scheme)
    if imatrix is None:
        imatrix = scheme.calibration == "required"
    about = facts(model)
    parts = []
    for g in known:
        types = group_types(g, about, recipe.ftype, imatrix, recipe.vocabulary)
        if recipe.base:
            types = [recipe.base[1] if name == recipe.base[0] else name for name in types]
        size = {name: tensor_bytes(name, g.shape) for name in set(types)}
        parts.append(Part(g.stem, g.role, _count(g.shape), g.layers, [size[name] for name in types], types))
    doubt = unconfirmed_share(model)
    if recipe.ratio is None and not doubt:
        return summarise(model, parts, "exact")
    value, low, high = recipe.ratio or (1.0, 1.0, 1.0)
    evidence = (recipe.evidence,) if recipe.evidence else ()
    if doubt:
        evidence += ("some shapes of this model are inferred from its parameter count",)

    def estimate(n: int) -> Estimate:
        return Estimate(
            value=round(n * value),
            low=round(n * low * (1 - doubt)),
            high=round(n * high * (1 + doubt)),
            basis="interpolated",
            evidence=evidence,
        )

    result = summarise(model, parts, "interpolated", estimate)
    return result if value == 1.0 else stretched(result, value)


def _stored(model: ModelProfile) -> Weights:
    """The file as it is."""
    by_name = {t.name: t for t in model.tensors}
    if not is_gguf_listing(model):
        return _checkpoint(model)
    parts = []
    for g in groups(model):
        listed = [by_name[g.stem if layer is None else f"blk.{layer}.{g.stem}"] for layer in g.layers]
        parts.append(
            Part(
                g.stem,
                g.role,
                _count(g.shape),
                g.layers,
                [t.n_bytes for t in listed],
                [t.type for t in listed],
            )
        )
    found = summarise(model, parts, "exact")
    if model.file_size_bytes is None:
        return found
    return replace(found, file_bytes=Estimate.exact(model.file_size_bytes, "size of the file"))


def _checkpoint(model: ModelProfile) -> Weights:
    """A Hugging Face directory: the total is its own, the shares by role those of its scheme."""
    from advisor.catalog.schemes import find_scheme

    from .packed import pack
    from .spread import by_parameter_count

    scheme = find_scheme(model.fixed_scheme or "BF16")
    try:
        shares = pack(model, scheme, groups(model))
    except UnsupportedError:
        shares = by_parameter_count(model, scheme)
    return scaled(shares, sum(t.n_bytes for t in model.tensors), model.file_size_bytes)


def scaled(weights: Weights, total: int, file_bytes: int | None = None) -> Weights:
    """*weights* with its parts stretched to a *total* known to be exact."""
    return replace(
        stretched(weights, total / weights.total_bytes.value),
        basis="exact",
        total_bytes=Estimate.exact(total, "sum of the checkpoint's tensors"),
        file_bytes=Estimate.exact(file_bytes or total, "size of the files"),
    )


def stretched(weights: Weights, factor: float) -> Weights:
    """All parts of *weights* times *factor*; the totals stay as they are."""
    return replace(
        weights,
        bpw=weights.bpw * factor,
        by_role_bytes={k: round(v * factor) for k, v in weights.by_role_bytes.items()},
        layer_bytes=tuple(round(v * factor) for v in weights.layer_bytes),
        layer_expert_bytes=tuple(round(v * factor) for v in weights.layer_expert_bytes),
        embedding_bytes=round(weights.embedding_bytes * factor),
        output_bytes=round(weights.output_bytes * factor),
        other_bytes=round(weights.other_bytes * factor),
        active_bytes_per_token=round(weights.active_bytes_per_token * factor),
        bits_by_role={k: v * factor for k, v in weights.bits_by_role.items()},
    )


def summarise(
    model: ModelProfile, parts: Iterable[Part], basis: str, total: Callable[[int], Estimate] = Estimate.exact
) -> Weights:
    """The sums over *parts*; *total* turns the byte count into an estimate where it is not exact."""
    by_role: dict[str, int] = {}
    matrix_bits: dict[str, list[int]] = {}
    histogram: dict[str, int] = {}
    in_layers: list[Part] = []
    n_params = stored = outside = rows = embedding = 0
    active = 0.0
    tied = True
    for part in parts:
        n = len(part.n_bytes)
        size = sum(part.n_bytes)
        n_params += part.n_elements * n
        by_role[part.role] = by_role.get(part.role, 0) + size
        if part.stem.endswith("weight"):
            bits = matrix_bits.setdefault(part.role, [0, 0])
            bits[0] += size
            bits[1] += part.n_elements * n
        for name in dict.fromkeys(part.types):
            histogram[name] = histogram.get(name, 0) + part.types.count(name)
        stored += padded(part.n_bytes[0]) * n if part.alike else sum(map(padded, part.n_bytes))
        if part.layers[0] is None:
            if part.stem in _ROW_TENSORS:
                rows += size
                embedding += size if part.stem == "token_embd.weight" else 0
            else:
                active += size
                outside += size if part.role != "output" else 0
                tied = tied and part.role != "output"
        else:
            in_layers.append(part)
    layers = _by_layer(in_layers)
    experts = _by_layer([part for part in in_layers if "_exps." in part.stem])
    unused = 1 - (model.n_experts_used or 0) / model.n_experts if model.n_experts else 0.0
    n_decoded = model.n_layers or 0
    active += sum(size for layer, size in layers.items() if layer < n_decoded)
    active -= unused * sum(size for layer, size in experts.items() if layer < n_decoded)
    whole = sum(by_role.values())
    if tied:
        active += embedding
    estimate = total(whole)
    header = header_bytes(model, n_tensors=sum(histogram.values()))
    numbers = range(max(layers, default=-1) + 1)
    return Weights(
        total_bytes=estimate,
        file_bytes=_in_file(estimate, stored - whole, header),
        bpw=whole * 8 / n_params,
        n_params=n_params,
        by_role_bytes=by_role,
        layer_bytes=tuple(layers.get(i, 0) for i in numbers),
        layer_expert_bytes=tuple(experts.get(i, 0) for i in numbers),
        embedding_bytes=rows,
        output_bytes=by_role.get("output", 0),
        other_bytes=outside,
        tied=tied,
        active_bytes_per_token=round(active),
        bits_by_role={role: b * 8 / n for role, (b, n) in matrix_bits.items()},
        histogram=histogram,
        basis=basis,
    )


def _in_file(weights: Estimate, padding: int, header: Estimate) -> Estimate:
    """The whole file: tensors, the padding between them, and the header."""
    return Estimate(
        value=round(weights.value + padding + header.value),
        low=round(weights.low + padding + header.low),
        high=round(weights.high + padding + header.high),
        basis=header.basis if weights.basis == "exact" else weights.basis,
        evidence=header.evidence,
    )


def _by_layer(parts: list[Part]) -> dict[int, int]:
    """Layer -> bytes; parts with one size on the same layers, which most are, are added up first."""
    even: dict[tuple, int] = {}
    layers: dict[int, int] = {}
    for part in parts:
        if part.alike:
            even[part.layers] = even.get(part.layers, 0) + part.n_bytes[0]
            continue
        for layer, n_bytes in zip(part.layers, part.n_bytes, strict=True):
            layers[layer] = layers.get(layer, 0) + n_bytes
    for numbers, n_bytes in even.items():
        for layer in numbers:
            layers[layer] = layers.get(layer, 0) + n_bytes
    return layers


_ROW_TENSORS = ("token_embd.weight", "per_layer_token_embd.weight")


def _count(shape: tuple[int, ...]) -> int:
    n = 1
    for size in shape:
        n *= size
    return n
