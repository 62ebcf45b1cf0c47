"""What a model weighs, by role and by layer, and how the bytes of single tensors add up to it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from advisor.documents.kinds import Basis
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate

from .blocks import padded
from .header import header_bytes


class Weights(NamedTuple):
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
    by_role_bytes: dict[str, int]
    layer_bytes: tuple[int, ...]
    """Each repeating layer, its experts included (a multi-token-prediction block counts as a layer)."""
    layer_expert_bytes: tuple[int, ...]
    """The routed experts of each layer (what `--n-cpu-moe` moves); 0 for a dense layer."""
    embedding_bytes: int
    """token_embd, and per-layer token embeddings: tensors of which a token reads one row."""
    lookup_bytes: int
    """Of those, tables of n-grams: a token reads a few rows of tens of gigabytes, so engines keep them in
    main memory or on disk."""
    output_bytes: int
    """The output matrix; 0 when tied, where token_embd is read instead."""
    other_bytes: int
    """Final norm, rope factors and the like, outside any layer."""
    tied: bool
    active_bytes_per_token: int
    """Read to decode one token: all layers, of the experts only those used, and the output matrix."""
    bits_by_role: dict[str, float]
    """Mean bits per weight of the matrices of each role, scales included."""
    histogram: dict[str, int]
    """Type -> number of tensors."""
    basis: Basis


class Part(NamedTuple):
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


def scaled(weights: Weights, total: int, file_bytes: int | None, source: str) -> Weights:
    """*weights* with its parts stretched to a *total* known to be exact, as *source* says."""
    return stretched(weights, total / weights.total_bytes.value)._replace(
        basis="exact",
        total_bytes=Estimate.exact(total, source),
        file_bytes=Estimate.exact(file_bytes or total, "size of the files"),
    )


def stretched(weights: Weights, factor: float) -> Weights:
    """All parts of *weights* times *factor*; the totals stay as they are."""
    return weights._replace(
        bpw=weights.bpw * factor,
        by_role_bytes={k: round(v * factor) for k, v in weights.by_role_bytes.items()},
        layer_bytes=tuple(round(v * factor) for v in weights.layer_bytes),
        layer_expert_bytes=tuple(round(v * factor) for v in weights.layer_expert_bytes),
        embedding_bytes=round(weights.embedding_bytes * factor),
        lookup_bytes=round(weights.lookup_bytes * factor),
        output_bytes=round(weights.output_bytes * factor),
        other_bytes=round(weights.other_bytes * factor),
        active_bytes_per_token=round(weights.active_bytes_per_token * factor),
        bits_by_role={k: v * factor for k, v in weights.bits_by_role.items()},
    )


def summarise(
    model: ModelProfile,
    parts: Iterable[Part],
    basis: Basis,
    total: Callable[[int], Estimate] = Estimate.exact,
) -> Weights:
    """The sums over *parts*; *total* turns the byte count into an estimate where it is not exact."""
    sums = _Sums()
    for part in parts:
        sums.add(part)
    layers = _by_layer(sums.in_layers)
    experts = _by_layer([part for part in sums.in_layers if "_exps." in part.stem])
    whole = sum(sums.by_role.values())
    estimate = total(whole)
    header = header_bytes(model, n_tensors=sum(sums.histogram.values()))
    numbers = range(max(layers, default=-1) + 1)
    return Weights(
        total_bytes=estimate,
        file_bytes=_in_file(estimate, sums.stored - whole, header),
        bpw=whole * 8 / sums.n_params,
        n_params=sums.n_params,
        by_role_bytes=sums.by_role,
        layer_bytes=tuple(layers.get(i, 0) for i in numbers),
        layer_expert_bytes=tuple(experts.get(i, 0) for i in numbers),
        embedding_bytes=sums.rows,
        lookup_bytes=sums.by_role.get("lookup", 0),
        output_bytes=sums.by_role.get("output", 0),
        other_bytes=sums.outside,
        tied=sums.tied,
        active_bytes_per_token=round(sums.read_outside + _read_in_layers(model, layers, experts)),
        bits_by_role={role: b * 8 / n for role, (b, n) in sums.matrices.items() if n},
        histogram=sums.histogram,
        basis=basis,
    )


class _Sums:
    """What is added up part by part, in bytes unless said otherwise."""

    def __init__(self) -> None:
        self.by_role: dict[str, int] = {}
        self.matrices: dict[str, list[int]] = {}
        """Role -> bytes and weights of its matrices."""
        self.histogram: dict[str, int] = {}
        self.in_layers: list[Part] = []
        self.n_params = self.stored = 0
        self.rows = self.embedding = self.outside = self.outside_matrices = 0
        self.tied = True

    def add(self, part: Part) -> None:
        """Count one part."""
        n, alike = len(part.n_bytes), part.alike
        size = part.n_bytes[0] * n if alike else sum(part.n_bytes)
        self.n_params += part.n_elements * n
        self.by_role[part.role] = self.by_role.get(part.role, 0) + size
        if part.stem.endswith("weight"):
            matrices = self.matrices.setdefault(part.role, [0, 0])
            matrices[0] += size
            matrices[1] += part.n_elements * n
        for name in dict.fromkeys(part.types):
            self.histogram[name] = self.histogram.get(name, 0) + part.types.count(name)
        self.stored += padded(part.n_bytes[0]) * n if alike else sum(map(padded, part.n_bytes))
        if part.layers[0] is not None:
            self.in_layers.append(part)
        elif part.stem in _ROW_TENSORS:
            self.rows += size
            self.embedding += size if part.stem == "token_embd.weight" else 0
        else:
            self.outside_matrices += size
            self.outside += size if part.role != "output" else 0
            self.tied = self.tied and part.role != "output"

    @property
    def read_outside(self) -> int:
        """Read for one token outside the layers; tied, the embedding is the output matrix."""
        return self.outside_matrices + (self.embedding if self.tied else 0)


def _read_in_layers(model: ModelProfile, layers: dict[int, int], experts: dict[int, int]) -> float:
    """Bytes read for one token in the decoded layers: of the experts, those used."""
    n_decoded = model.n_layers or 0
    unused = 1 - (model.n_experts_used or 0) / model.n_experts if model.n_experts else 0.0
    read = sum(size for layer, size in layers.items() if layer < n_decoded)
    return read - unused * sum(size for layer, size in experts.items() if layer < n_decoded)


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
    even: dict[tuple[int | None, ...], int] = {}
    layers: dict[int | None, int] = {}
    for part in parts:
        if part.alike:
            even[part.layers] = even.get(part.layers, 0) + part.n_bytes[0]
            continue
        for layer, n_bytes in zip(part.layers, part.n_bytes, strict=True):
            layers[layer] = layers.get(layer, 0) + n_bytes
    for numbers, n_bytes in even.items():
        for layer in numbers:
            layers[layer] = layers.get(layer, 0) + n_bytes
    return {layer: n_bytes for layer, n_bytes in layers.items() if layer is not None}


_ROW_TENSORS = ("token_embd.weight", "per_layer_token_embd.weight", "ngram_embd.weight")


def count(shape: tuple[int, ...]) -> int:
    """Number of weights of a tensor."""
    n = 1
    for size in shape:
        n *= size
    return n
