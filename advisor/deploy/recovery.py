"""Ways to win back accuracy a scheme loses, each with the measured gain nearest to the case at hand."""

import json
import math
from functools import cache
from typing import Any, NamedTuple

from advisor.data import folder
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines.kv_types import FOUR_BITS

_TYPICAL_PARAMS = 8e9
"""Most measured rows are of 7B to 8B models; stands in where a model's size is unknown."""


class RecoveryOption(NamedTuple):
    """One measure."""

    name: str
    gain_text: str
    """The measured figures before and after, on which model and scheme."""
    cost_text: str
    source_url: str


def options(
    scheme: SchemeProfile, model: ModelProfile, imatrix: bool | None = None, kv_type: str | None = None
) -> tuple[RecoveryOption, ...]:
    """What could win accuracy back for *scheme* on *model*; empty for the 16-bit reference.

    *imatrix* True leaves out the importance matrix, which the file then has; a 4-bit *kv_type* brings in the
    KV cache. Of several measured rows of a measure, the one nearest in bits, scheme and model is shown.
    """
    if scheme.reference:
        return ()
    found = []
    for name, measure in _table().items():
        if not _applies(name, measure, scheme, imatrix, kv_type):
            continue
        rows = [row for row in measure["rows"] if scheme.family in row.get("families", (scheme.family,))]
        if rows:
            best = min(rows, key=lambda row: _distance(row, scheme, model))
            cost = best.get("cost", measure["cost"])
            found.append(RecoveryOption(measure["name"], _gain(best), cost, best["url"]))
    return tuple(found)


@cache
def _table() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = json.loads(
        (folder("profiles") / "recovery.json").read_text(encoding="utf-8")
    )
    return table


def _applies(
    name: str, measure: dict[str, Any], scheme: SchemeProfile, imatrix: bool | None, kv_type: str | None
) -> bool:
    if name == "kv":
        return kv_type in FOUR_BITS  # between 8 and 16 bits the measured rows show nothing beyond noise
    if name == "imatrix" and (imatrix or scheme.calibration != "optional"):
        return False
    if name == "rounding" and scheme.name.startswith("UD-"):
        return False  # its publisher makes the file
    if measure["families"] and scheme.family not in measure["families"]:
        return False
    return bool(measure.get("least_bits", 0) <= scheme.weight_bits <= measure["most_bits"])


def _distance(
    row: dict[str, Any], scheme: SchemeProfile, model: ModelProfile
) -> tuple[float, bool, bool, float]:
    """Bits first, then the very scheme, then the same model, then the ratio of sizes."""
    size_ratio = abs(math.log((model.n_params or _TYPICAL_PARAMS) / (row["params_b"] * 1e9)))
    same_model = row["model"].lower() in model.name.lower()
    return abs(row["bits"] - scheme.weight_bits), row["scheme"] != scheme.name, not same_model, size_ratio


def _gain(row: dict[str, Any]) -> str:
    before, after, reference = row["before"], row["after"], row.get("reference")
    text = f"{row['metric']}: {before:g} to {after:g}"
    if reference is not None:
        text += f" (unquantized {reference:g}"
        if before != reference:
            text += f"; {100 * (after - before) / (reference - before):.0f} % of the loss won back"
        text += ")"
    return f"{text}, {row['scheme']} on {row['model']}"
