"""Names as the sources spell them -> names of the catalogues; how sure an alias is stands in its table."""

from __future__ import annotations

import math
from functools import cache

from advisor.catalog.rows import every


@cache
def _aliases(what: str) -> dict[str, str]:
    """Raw name -> catalogue name, from profiles/<what>_aliases.csv."""
    return {row["raw"]: row["catalog"] for row in every(f"{what}_aliases.csv")}


@cache
def _names(file: str) -> frozenset[str]:
    return frozenset(row["name"] for row in every(file))


@cache
def device_name(raw: str, gpu_cores: float = math.nan) -> str:
    """The row of profiles/gpus.csv, or a processor's brand string that profiles/cpus.csv matches, or ''.

    *gpu_cores* tells Apple's variants apart; without it an Apple name means the full chip.
    """
    exact = f"{raw} ({gpu_cores:.0f}-core GPU)"
    return exact if exact in _names("gpus.csv") else _aliases("device").get(raw, "")


def model_name(raw: str) -> str:
    """The row of profiles/models.csv whose shapes this model has, or ''."""
    return _aliases("model").get(raw, raw if raw in _names("models.csv") else "")
