"""What a model weighs under a scheme: by role, by layer, and what one decoded token reads of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import hypot

from advisor.catalog.native import experts_only, native_schemes
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.scheme import SchemeProfile
from advisor.errors import UnsupportedError

from .blocks import tensor_bytes
from .fitted import Spreads, stored_spreads
from .listing import Doubt, Listing, listing
from .packed import pack
from .parts import Part, Weights, count, scaled, stretched, summarise
from .recipes import UNSLOTH_LADDER, Recipe, resolve
from .tensors import is_gguf_listing
from .type_rules import ASK_FOR_IMATRIX
from .types import Group, group_types, groups

__all__ = ["Weights", "weigh", "weigh_with"]

_PLAUSIBLE = 2.0
"""An index whose total is further from the shapes than this factor is another model's."""


@lru_cache(maxsize=4096)
def weigh(model: ModelProfile, scheme: SchemeProfile, imatrix: bool | None = None) -> Weights:
    """Bytes of *model* under *scheme*, kept per (model, scheme, imatrix).

    GGUF sizes follow llama-quantize's rules and are exact to the byte; *imatrix* None means one is used where
    the scheme needs it. Schemes of other formats follow from their packing. An architecture nobody modelled
    is sized from its stated shapes; a model without any gets parameter count x bits with the spread such
    models show. Raises UnsupportedError for a combination nobody can make.
    """
    return weigh_with(stored_spreads(), model, scheme, imatrix)


def weigh_with(
    spreads: Spreads, model: ModelProfile, scheme: SchemeProfile, imatrix: bool | None = None
) -> Weights:
    """`weigh` with other fitted spreads than the stored ones: a fit's second step rests on its first."""
    own = bool(model.fixed_scheme) and scheme.name == model.fixed_scheme
    if own and model.tensors:
        return _stored(spreads, model)
    found = _computed(spreads, model, scheme, imatrix)
    total = model.file_size_bytes
    if own and total and 1 / _PLAUSIBLE < total / found.total_bytes.value < _PLAUSIBLE:
        return scaled(found, total, total, "the total of the checkpoint's index")
    return found


def _computed(spreads: Spreads, model: ModelProfile, scheme: SchemeProfile, imatrix: bool | None) -> Weights:
    try:
        known = listing(model, spreads)
    except UnsupportedError as missing:
        from .spread import by_parameter_count  # deferred: the shapes of most models are known

        return by_parameter_count(model, scheme, spreads, str(missing))
    if scheme.is_gguf and scheme.ftype != "NVFP4":
        return _gguf(spreads, model, scheme, known, imatrix)
    if scheme.is_gguf:  # llama-quantize makes no NVFP4; conversions of NVFP4 checkpoints keep their layout
        scheme = replace(scheme, family="nvfp4", quantizes_embeddings=False)
    packed = pack(model, scheme, known.groups)
    doubt = _left_out(spreads, model, scheme)
    if doubt is not None and _known_whole(model, scheme):
        packed = packed._replace(file_bytes=_widened(packed.file_bytes, doubt._replace(low=1.0)))
        doubt = None
    return _doubted(_doubted(packed, doubt), known.doubt)


def _known_whole(model: ModelProfile, scheme: SchemeProfile) -> bool:
    """Whether the vendor's own checkpoint is meant, of which every matrix is known."""
    one_way = scheme.family == "fp8" or experts_only(model, scheme)
    return one_way and model.modality == "text" and scheme.name in native_schemes(model)


def _left_out(spreads: Spreads, model: ModelProfile, scheme: SchemeProfile) -> Doubt | None:
    """Producers of packed checkpoints leave different matrices of recurrent layers and of mixtures of experts
    at 16 bits, and keep towers beside them, unless the checkpoint says which. Of a text model in the format
    it was trained in (https://huggingface.co/deepseek-ai/DeepSeek-V3) that holds for what the file has
    beside the model, as blocks that draft tokens: they are not loaded."""
    kind = "moe" if model.is_moe else model.attention or ""
    known = spreads.packed(kind)
    said = scheme.name == model.fixed_scheme and model.metadata.get("schemes_by_part")
    whole = scheme.family == "none" or (scheme.family == "mlx" and model.modality == "text")
    native = scheme.family == "mxfp4" and experts_only(model, scheme) and model.modality == "text"
    if known is None or said or native or whole:
        return None
    _, low, high, n = known
    why = f"what producers leave at 16 bits or add: as in {n} published checkpoints ({kind})"
    return Doubt(1.0, min(low, 1.0), max(high, 1.0), why)


def _gguf(
    spreads: Spreads, model: ModelProfile, scheme: SchemeProfile, known: Listing, imatrix: bool | None
) -> Weights:
    recipe = resolve(scheme, spreads, model.is_moe)
    if imatrix is None:
        imatrix = scheme.calibration == "required"
    rules = recipe._replace(ratio=None, evidence="")
    found = _summed(model, spreads, rules, imatrix and recipe.ftype in ASK_FOR_IMATRIX)
    if recipe.ratio:
        found = _not_below(spreads, model, scheme, _doubted(found, Doubt(*recipe.ratio, recipe.evidence)))
    return _doubted(found, known.doubt)


@lru_cache(maxsize=4096)
def _summed(model: ModelProfile, spreads: Spreads, rules: Recipe, imatrix: bool) -> Weights:
    """The types that *rules* choose, added up: several schemes, made with an importance matrix or without,
    have the same."""
    known = listing(model, spreads)
    parts = []
    for g in known.groups:
        types = group_types(g, known.about, rules.ftype, imatrix, rules.vocabulary)
        if rules.base:
            types = [rules.base[1] if name == rules.base[0] else name for name in types]
        kinds = set(types)
        if len(kinds) == 1:
            parts.append(_of_one_type(g, types[0]))
            continue
        size = {name: tensor_bytes(name, g.shape) for name in kinds}
        parts.append(Part(g.stem, g.role, count(g.shape), g.layers, [size[name] for name in types], types))
    return summarise(model, parts, "exact")


@lru_cache(maxsize=8192)
def _of_one_type(g: Group, name: str) -> Part:
    """All tensors of a group in one type, as most are under most schemes."""
    n = len(g.layers)
    sizes = [tensor_bytes(name, g.shape)] * n
    return Part(g.stem, g.role, count(g.shape), g.layers, sizes, [name] * n)


def _not_below(spreads: Spreads, model: ModelProfile, scheme: SchemeProfile, found: Weights) -> Weights:
    """*found*, raised to the next smaller mix of its ladder where the fitted ratios would turn it."""
    rung = UNSLOTH_LADDER.index(scheme.name) if scheme.name in UNSLOTH_LADDER else 0
    if not rung:
        return found
    lower = find_scheme(UNSLOTH_LADDER[rung - 1])
    stored = spreads is stored_spreads()
    below = (weigh(model, lower) if stored else weigh_with(spreads, model, lower)).total_bytes.value
    factor = below / found.total_bytes.value
    return (
        _doubted(found, Doubt(factor, factor, factor, f"no smaller than {lower.name}"))
        if factor > 1
        else found
    )


def _doubted(weights: Weights, doubt: Doubt | None) -> Weights:
    """*weights* whose true size is *doubt* times the computed one; doubts of other causes add as squares."""
    if doubt is None:
        return weights
    total, file = (_widened(size, doubt) for size in (weights.total_bytes, weights.file_bytes))
    found = weights if doubt.value == 1.0 else stretched(weights, doubt.value)
    return found._replace(total_bytes=total, file_bytes=file, basis="interpolated")


def _widened(size: Estimate, doubt: Doubt) -> Estimate:
    value = size.value * doubt.value
    below = hypot(1 - size.low / size.value, 1 - doubt.low / doubt.value)
    above = hypot(size.high / size.value - 1, doubt.high / doubt.value - 1)
    return Estimate(
        value=round(value),
        low=round(value * max(0.0, 1 - below)),
        high=round(value * (1 + above)),
        basis="interpolated",
        evidence=(*(size.evidence if size.basis != "exact" else ()), doubt.why),
    )


def _stored(spreads: Spreads, model: ModelProfile) -> Weights:
    """The file as it is."""
    by_name = {t.name: t for t in model.tensors}
    if not is_gguf_listing(model):
        return _checkpoint(spreads, model)
    parts = []
    for g in groups(model):
        listed = [by_name[g.stem if layer is None else f"blk.{layer}.{g.stem}"] for layer in g.layers]
        parts.append(
            Part(
                g.stem,
                g.role,
                count(g.shape),
                g.layers,
                [t.n_bytes for t in listed],
                [t.type for t in listed],
            )
        )
    found = summarise(model, parts, "exact")
    if model.file_size_bytes is None:
        return found
    return found._replace(file_bytes=Estimate.exact(model.file_size_bytes, "size of the file"))


def _checkpoint(spreads: Spreads, model: ModelProfile) -> Weights:
    """A Hugging Face directory: the total is its own, the shares by role those of its scheme."""
    shares = _computed(spreads, model, find_scheme(model.fixed_scheme or "BF16"), None)
    total = sum(t.n_bytes for t in model.tensors)
    return scaled(shares, total, model.file_size_bytes, "sum of the checkpoint's tensors")
