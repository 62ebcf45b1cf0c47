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

    def mix_ratio(self, scheme: str, moe: bool) -> tuple[float, float, float, int]:
        """Published size over computed size for an Unsloth mix: value, low, high, files it rests on. A mix of
        which too few files are known takes that of the next one of its level, at its widest."""
        table = self.document["unsloth"]
        kind = "moe" if moe else "dense"
        entry = table.get(mix_key(scheme, moe))
        if entry is None:
            level = next((name for name in ("1", "2", "3", "4", "5", "6", "8") if name in scheme), "4")
            near = [e for key, e in table.items() if key.endswith(kind) and f"Q{level}" in key]
            near = near or [e for key, e in table.items() if key.endswith(kind)]
            entry = [
                sorted(e[0] for e in near)[len(near) // 2],
                min(e[1] for e in near),
                max(e[2] for e in near),
                sum(e[3] for e in near),
            ]
        value, low, high, n = entry
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


def mix_key(scheme: str, moe: bool) -> str:
    """What an Unsloth mix is fitted with: its own name, dense models apart from mixtures of experts."""
    return f"{scheme}-{'moe' if moe else 'dense'}"
