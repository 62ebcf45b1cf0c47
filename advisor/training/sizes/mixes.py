"""Unsloth's mixes: published size over that of the ftype each starts from, and how it holds for families
of models left out whole."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from advisor.catalog.schemes import find_scheme
from advisor.documents.scheme import SchemeProfile
from advisor.errors import AdvisorError
from advisor.sizing.fitted import mix_key
from advisor.sizing.types import groups
from advisor.sizing.weights import weigh
from advisor.training.sizes.spread import LEAST, published_checkpoints, quantile

_ROUNDED = 0.005
"""Sizes shown with a coarser last digit say nothing of a mix that differs by a few per cent."""
_NARROWEST = 0.005
"""Least distance from the middle to an end: headers of one recipe differ by as much."""
_COVERAGE = 0.9
"""Of left-out files inside their interval (the confidence of every interval)."""
_STEPS = tuple(1 + step / 10 for step in range(31))
"""Widenings tried, the narrowest that reaches the coverage is taken."""


class Ratio(NamedTuple):
    """One published file."""

    key: str
    """Scheme and kind of model, 'UD-Q4_K_XL-dense'."""
    family: str
    value: float
    """Its bytes over those computed for the ftype it starts from."""

    @property
    def kind(self) -> str:
        """dense or moe."""
        return self.key.rpartition("-")[2]


def fit() -> dict[str, list[float]]:
    """'UD-Q4_K_XL-dense' -> [middle, low, high, files]; the ends are widened until nine in ten files of
    families left out lie between them."""
    rows = ratios()
    wide = {kind: widening([row for row in rows if row.kind == kind]) for kind in ("dense", "moe")}
    return {
        key: [*(round(end, 4) for end in ends(values, wide[key.rpartition("-")[2]])), len(values)]
        for key, values in sorted(_by_key(rows).items())
        if len(values) >= LEAST
    }


@cache
def ratios() -> tuple[Ratio, ...]:
    """Every file of Unsloth's repositories of known size; gpt-oss, whose experts stay as they were
    published, is left out."""
    found = []
    for model, one in published_checkpoints():
        if one.publisher != "unsloth" or not one.scheme.startswith("UD-") or not one.n_bytes or one.doubt:
            continue
        if model.architecture == "GptOssForCausalLM" or one.rounding_bytes > _ROUNDED * one.n_bytes:
            continue
        try:
            groups(model)
            size = weigh(model, find_scheme(start(find_scheme(one.scheme)))).file_bytes.value
        except AdvisorError:
            continue
        family = model.family or model.name
        found.append(Ratio(mix_key(one.scheme, model.is_moe), family, one.n_bytes / size))
    return tuple(found)


def start(scheme: SchemeProfile) -> str:
    """The llama-quantize name an Unsloth scheme starts from."""
    return scheme.ftype or scheme.name[3:].removesuffix("_XL")


def ends(values: list[float], wide: float) -> tuple[float, float, float]:
    """(median, low, high): the 5 and 95 % quantiles, *wide* times as far from the median."""
    middle = quantile(values, 0.5)
    least = _NARROWEST * middle
    below = max(least, middle - quantile(values, 0.05)) * wide
    above = max(least, quantile(values, 0.95) - middle) * wide
    return middle, middle - below, middle + above


def widening(rows: Iterable[Ratio]) -> float:
    """The least widening with which files of families left out lie in their interval often enough."""
    held = left_out(rows)
    if not held:
        return _STEPS[-1]
    for wide in _STEPS:
        inside = sum(_inside(value, others, wide) for value, others in held)
        if inside >= _COVERAGE * len(held):
            return wide
    return _STEPS[-1]


def left_out(rows: Iterable[Ratio]) -> list[tuple[float, list[float]]]:
    """(ratio of a file, those of other families under its key), where enough others are known."""
    rows = tuple(rows)
    found = []
    for row in rows:
        others = [other.value for other in rows if other.key == row.key and other.family != row.family]
        if len(others) >= LEAST:
            found.append((row.value, others))
    return found


def evaluate() -> list[dict[str, Any]]:
    """By kind: files of families left out, their error, and how many lie in an interval whose widening was
    chosen on the other half of the families."""
    table = []
    for kind in ("dense", "moe"):
        rows = [row for row in ratios() if row.kind == kind]
        names = sorted({row.family for row in rows})
        inside, errors = [], []
        for half in (set(names[::2]), set(names[1::2])):
            wide = widening([row for row in rows if row.family not in half])
            for row in rows:
                others = [o.value for o in rows if o.key == row.key and o.family != row.family]
                if row.family in half and len(others) >= LEAST:
                    inside.append(_inside(row.value, others, wide))
                    errors.append(abs(row.value / quantile(others, 0.5) - 1))
        table.append(
            {
                "kind": kind,
                "files": len(errors),
                "families": len(names),
                "median_error_pct": round(100 * quantile(errors, 0.5), 2),
                "p90_error_pct": round(100 * quantile(errors, 0.9), 2),
                "coverage": round(sum(inside) / len(inside), 3),
            }
        )
    return table


def _inside(value: float, others: list[float], wide: float) -> bool:
    _, low, high = ends(others, wide)
    return low <= value <= high


def _by_key(rows: Iterable[Ratio]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(row.value)
    return found
