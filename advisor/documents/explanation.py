"""`advisor explain`: what every figure of a plan is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The terms by section, under the names the text shows them with."""

    size: dict[str, Any]
    memory: dict[str, Any]
    speed: dict[str, Any]
    """`figures`, and the `terms` of the predictor that made them; or `why not`."""
    accuracy: dict[str, Any]
    """`figures` by task category, and their `terms`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One plan opened."""

    schema_version: str = "1.0"
    model: str
    scheme: str
    engine: str
    hardware: str
    sections: Sections
    notes: tuple[str, ...] = ()
    """What is to be said of the measurements behind it: rows that were set aside."""
