"""What sizes cannot be computed from: spreads measured over the catalogue and over published files.

The document is the part `sizes` of the fitted artifact, written by `advisor fit`
(`advisor.training.sizes.fitted`).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from advisor.errors import NotMeasuredError

FOLDER = Path(__file__).parent / "artifact"
SIZE_CLASSES_PARAMS = (2e9, 8e9, 30e9, 100e9)
"""Bounds between the size classes the spreads are kept by."""


def size_class(n_params: int) -> int:
    """0 for the smallest models … 4 for the largest."""
    return sum(n_params >= bound for bound in SIZE_CLASSES_PARAMS)


class Spreads:
    """One fitted document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def mix_ratio(self, scheme: str) -> tuple[float, float, float, int]:
        """Published size over computed size for an Unsloth mix: value, low, high, files it rests on."""
        value, low, high, n = self.document["unsloth"][mix_kind(scheme)]
        return value, low, high, n

    def bits(self, scheme: str, n_params: int, moe: bool) -> tuple[float, float, float, int] | None:
        """Bits per parameter of *scheme* over catalogue models of this size: median, 5 %, 95 %, models; None
        when unknown."""
        table = self.document["bits_per_param"].get(scheme)
        if table is None:
            return None
        kind = "moe" if moe else "dense"
        wanted = size_class(n_params)
        for distance in range(5):
            for near in (wanted - distance, wanted + distance):
                entry = table.get(f"{kind}-{near}")
                if entry:
                    value, low, high, n = entry
                    return value, low, high, n
        return None

    def packed(self, kind: str) -> tuple[float, float, float, int] | None:
        """Published size over packed size of one kind of model (moe, hybrid, mla): median, 5 %, 95 %,
        checkpoints; None for kinds whose every matrix is packed."""
        entry = self.document["packed"].get(kind)
        if entry is None:
            return None
        value, low, high, n = entry
        return value, low, high, n

    def nominal(self) -> tuple[float, float]:
        """5 % and 95 % of true over nominal parameter count ('7B') in the catalogue."""
        low, high = self.document["nominal_params"][:2]
        return low, high

    def stated(self) -> tuple[float, float]:
        """5 % and 95 % of true over stated size: what the shapes of a configuration leave out, on modelled
        architectures."""
        low, high = self.document["stated"][:2]
        return low, high


@cache
def stored_spreads() -> Spreads:
    """The fitted document; NotMeasuredError when it was never fitted."""
    try:
        return Spreads(json.loads((FOLDER / "sizes.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise NotMeasuredError("the fitted part 'sizes' is missing; run `advisor fit`") from None


def mix_kind(scheme: str) -> str:
    """The group of Unsloth mixes a scheme is fitted with: by the level it is named after."""
    stem = scheme.removeprefix("UD-")
    for kind in ("IQ1", "TQ1", "IQ2_XXS", "IQ2", "Q2", "IQ3", "Q3", "Q8"):
        if stem.startswith(kind):
            return {"TQ1": "IQ1", "IQ2": "Q2", "IQ3": "Q2"}.get(kind, kind)
    return "Q4" if stem.startswith(("Q4", "IQ4")) else "Q5"
