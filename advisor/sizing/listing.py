"""The tensors a size is computed from, and how far they may be from the model's own."""

from functools import lru_cache
from typing import NamedTuple

from advisor.documents.model import ModelProfile
from advisor.errors import UnsupportedError

from .architectures import UNCONFIRMED
from .architectures.base import Layout, Tensor
from .architectures.stated import build
from .fitted import Spreads
from .tensors import is_gguf_listing, tensors
from .type_rules import Facts
from .types import Group, facts_of, group, groups

_BLOCK = 32
"""Smallest block of ggml's quantized types."""
_ROUNDING = 1e-3
"""Parameter counts closer than this are the same count: tables round to four digits."""
_SAME_COUNT = 0.03
"""Up to this share more than the shapes give, a repository's count is taken for the model's own: biases and
norms nobody states. Beyond it lie towers and prediction blocks, which are no part of it (a judgement: the
largest unstated part of a modelled text model is 2 %)."""
_TYPES_DIFFER = 0.005
"""What a size may differ though the count is settled: tensors nobody states may be kept at 16 or 32 bits (a
judgement: biases and norms are 0.1 to 0.4 % of a modelled model's bytes)."""
_MOST_MISSED = 2.0
"""A count more than twice what the shapes make belongs to another model."""
_HEADS_UNKNOWN = 0.005
"""Share of the weights in the key and value matrices of layers whose head count is not known (Gemma 4)."""


class Doubt(NamedTuple):
    """True size over the size computed from the listed tensors: expected, and its ends."""

    value: float
    low: float
    high: float
    why: str


class Listing(NamedTuple):
    """The tensors of one model in groups, and what the quantizer's rules ask about it."""

    groups: tuple[Group, ...]
    about: Facts
    doubt: Doubt | None = None
    """None where every tensor is known."""


@lru_cache(maxsize=128)
def listing(model: ModelProfile, spreads: Spreads) -> Listing:
    """The tensors of *model*: the file's own, the architecture's, else those its stated shapes make.

    Raises UnsupportedError where a shape that no tensor can do without is not known.
    """
    try:
        known = groups(model)
    except UnsupportedError:
        known = _stated_groups(model)
        return Listing(known, facts_of(model, known), _unmodelled(model, known, spreads))
    return Listing(known, facts_of(model, known), _unconfirmed(model, known))


@lru_cache(maxsize=128)
def stated_tensors(model: ModelProfile) -> tuple[Tensor, ...]:
    """The tensors an architecture nobody modelled must have, by the shapes it states."""
    layout = Layout(model)
    build(layout)
    return tuple(layout.tensors)


@lru_cache(maxsize=128)
def _stated_groups(model: ModelProfile) -> tuple[Group, ...]:
    """Matrices whose rows no block of 32 divides are counted at 16 bits: no quantizer packs them."""
    return tuple(
        g._replace(quantized=g.quantized and g.shape[0] % _BLOCK == 0)
        for g in group(model, stated_tensors(model))
    )


def _counted(known: tuple[Group, ...]) -> int:
    total = 0
    for g in known:
        each = 1
        for size in g.shape:
            each *= size
        total += each * len(g.indices)
    return total


def _unconfirmed(model: ModelProfile, known: tuple[Group, ...]) -> Doubt | None:
    """How much may be wrong because a shape was inferred and the parameter count does not settle it."""
    if is_gguf_listing(model):
        return None
    share = UNCONFIRMED.get(model.architecture or "", 0.0)
    if "kv heads unknown" in (model.extra or "") and not model.n_kv_heads_global:
        share = _HEADS_UNKNOWN
    elif model.source == "hf-config" and model.n_params and not model.fixed_scheme:
        # A configuration nobody checked: what the weights' own count does not confirm is in doubt.
        difference = abs(model.n_params / _counted(known) - 1)
        share = min(difference, 0.5) if difference > _ROUNDING else 0.0
    why = "some shapes of this model are inferred from its parameter count"
    return Doubt(1.0, 1 - share, 1 + share, why) if share else None


def _unmodelled(model: ModelProfile, known: tuple[Group, ...], spreads: Spreads) -> Doubt:
    """What the stated shapes leave out: as the stated count says, else as on modelled architectures."""
    low, high = spreads.stated()
    what = f"{model.architecture or 'its architecture'} is not modelled: sizes from the stated shapes"
    if not model.n_params or model.source == "user":
        return Doubt(1.0, low, high, what)
    ratio = model.n_params / _counted(known)
    settled = abs(ratio - 1) <= _SAME_COUNT
    value, least = (ratio, 1.0) if settled else (1.0, low)
    why = f"{what}; they make {1 / ratio:.1%} of the stated parameters"
    ends = (value, ratio, least)
    return Doubt(value, min(ends) - _TYPES_DIFFER, min(max(ends), _MOST_MISSED) + _TYPES_DIFFER, why)


__all__ = ["Doubt", "Listing", "listing", "stated_tensors", "tensors"]
