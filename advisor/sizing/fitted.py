"""What sizes cannot be computed from: spreads measured over the catalogue and over published files.

The document is the part `sizes` of the fitted artifact, written by `advisor fit`
(`advisor.training.sizes.fitted`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from advisor.errors import NotMeasuredError

PATH = Path(__file__).parent.parent / "prediction" / "artifact" / "sizes.json"
SIZE_CLASSES_PARAMS = (2e9, 8e9, 30e9, 100e9)
"""Bounds between the size classes the spreads are kept by."""


_in_use: list[dict] = []


def document() -> dict:
    """The fitted document; NotMeasuredError when it was never fitted."""
    return _in_use[-1] if _in_use else _stored()


@cache
def _stored() -> dict:
    try:
        return json.loads(PATH.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotMeasuredError("the fitted part 'sizes' is missing; run `advisor fit`") from None


@contextmanager
def using(fitted: dict) -> Iterator[None]:
    """Size with *fitted* in place of the stored document: a fit's second step rests on its first."""
    from .weights import weigh

    _in_use.append(fitted)
    weigh.cache_clear()
    try:
        yield
    finally:
        _in_use.pop()
        weigh.cache_clear()


def size_class(n_params: int) -> int:
    """0 for the smallest models … 4 for the largest."""
    return sum(n_params >= bound for bound in SIZE_CLASSES_PARAMS)


def mix_ratio(scheme: str) -> tuple[float, float, float, int]:
    """Published size over computed size for an Unsloth mix: value, low, high, number of files it rests on."""
    kinds = document()["unsloth"]
    value, low, high, n = kinds[mix_kind(scheme)]
    return value, low, high, n


def mix_kind(scheme: str) -> str:
    """The group of Unsloth mixes a scheme is fitted with: by the level it is named after."""
    stem = scheme.removeprefix("UD-")
    for kind in ("IQ1", "TQ1", "IQ2_XXS", "IQ2", "Q2", "IQ3", "Q3", "Q8"):
        if stem.startswith(kind):
            return {"TQ1": "IQ1", "IQ2": "Q2", "IQ3": "Q2"}.get(kind, kind)
    return "Q4" if stem.startswith(("Q4", "IQ4")) else "Q5"


def bits_spread(scheme: str, n_params: int, moe: bool) -> tuple[float, float, float, int] | None:
    """Bits per parameter of *scheme* over catalogue models of this size: median, 5 %, 95 %, models; None
    when unknown."""
    table = document()["bits_per_param"].get(scheme)
    if table is None:
        return None
    kind = "moe" if moe else "dense"
    wanted = size_class(n_params)
    for distance in range(5):
        for near in (wanted - distance, wanted + distance):
            entry = table.get(f"{kind}-{near}")
            if entry:
                return tuple(entry)  # type: ignore[return-value]
    return None


def nominal_spread() -> tuple[float, float]:
    """5 % and 95 % of true over nominal parameter count ('7B') in the catalogue."""
    low, high = document()["nominal_params"][:2]
    return low, high
