"""Names as the sources spell them -> names of the catalogues."""

from __future__ import annotations

import csv
import math
from functools import cache

from advisor.data import folder
from advisor.training.data.scheme_names import canonical


@cache
def _aliases(name: str) -> dict[str, tuple[str, str]]:
    """raw name -> (catalogue name, basis), from profiles/<name>.csv."""
    with (folder("profiles") / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return {row["raw"]: (row["catalog"], row["basis"]) for row in csv.DictReader(file)}


@cache
def _gpu_names() -> frozenset[str]:
    with (folder("profiles") / "gpus.csv").open(newline="", encoding="utf-8") as file:
        return frozenset(row["name"] for row in csv.DictReader(file))


@cache
def _model_names() -> frozenset[str]:
    with (folder("profiles") / "models.csv").open(newline="", encoding="utf-8") as file:
        return frozenset(row["name"] for row in csv.DictReader(file))


def _model(raw: str) -> tuple[str, str]:
    """(catalogue name, basis): an alias, or the catalogue's own name."""
    return _aliases("model_aliases").get(raw) or ((raw, "same") if raw in _model_names() else ("", ""))


@cache
def device_name(raw: str, gpu_cores: float = math.nan) -> str:
    """The row of profiles/gpus.csv, or a processor's brand string that profiles/cpus.csv matches, or ''.

    *gpu_cores* tells Apple's variants apart; without it an Apple name means the full chip.
    """
    if not math.isnan(gpu_cores):
        exact = f"{raw} ({int(gpu_cores)}-core GPU)"
        if exact in _gpu_names():
            return exact
    return _aliases("device_aliases").get(raw, ("", ""))[0]


def device_basis(raw: str, gpu_cores: float = math.nan) -> str:
    """same, variant-assumed, or '' when nothing matched."""
    if not math.isnan(gpu_cores) and device_name(raw, gpu_cores).startswith(raw):
        return "same"
    return _aliases("device_aliases").get(raw, ("", ""))[1]


def model_name(raw: str) -> str:
    """The row of profiles/models.csv whose shapes this model has, or ''."""
    return _model(raw)[0]


def model_basis(raw: str) -> str:
    """same, prequantized, fine-tune, same-shapes, variant-assumed, or '' when nothing matched."""
    return _model(raw)[1]


@cache
def scheme_name(
    raw: str, group_size: float = math.nan, weight_bits: float = math.nan, engine: str = ""
) -> str:
    """The canonical name of a scheme, or '' for mixtures that have none."""
    return canonical(raw, group_size, weight_bits, engine)
