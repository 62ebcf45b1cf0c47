"""Which of two schemes is faster in one run, and in which order schemes speed a model up: what the advice
rests on."""

from __future__ import annotations

from math import log2
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr

from advisor.training.serving_speed.cases import Case
from advisor.training.serving_speed.features import is_first
from advisor.training.serving_speed.sample import Sample

Errors: TypeAlias = npt.NDArray[np.float64]
"""log(measured / predicted) of every row of a sample."""
_TIE = 0.05
"""Two schemes within this of each other count as equal: below what repeating a run gives."""
_LOADS = ((1.0, "one"), (16.0, "2-16"), (np.inf, "more than 16"))
FEWEST_PAIRS = 5
"""Fewer say nothing of an order."""
_ALIKE = ["device", "devices", "family", "requests", "size"]
SIZES_PER_DOUBLING = 2
"""Models whose parameters lie within a root of two are of one size."""


def load_of(batch: float) -> str:
    """How many requests a run keeps in flight, in words."""
    return next(name for most, name in _LOADS if batch <= most)


def runs(found: Sample, errors: Errors, apart: bool = False) -> pd.DataFrame:
    """Rows of a serving engine whose runs differ in their scheme only; with *apart* those of an engine whose
    kernels are its own. `run` numbers run and figure, `family` is the scheme's; `y` is the log of seconds
    and `said` what was predicted: the measurement less the *errors*."""
    about = [
        (
            *((c.row.run(), c.row.metric), again(c), c.family, c.device, c.row.devices, c.row.publisher),
            *(load_of(c.row.batch), size_of(c), c.work.body_bytes + c.work.expert_bytes),
            not is_first(c) and c.kinds.alone == apart,
        )
        for c in found.cases
    ]
    columns = ["run", "again", "family", "device", "devices", "publisher", "requests", "size", "bytes"]
    table = pd.DataFrame(about, columns=[*columns, "asked"]).assign(y=found.y, said=found.y - errors)
    table = table.assign(**{name: pd.factorize(table[name])[0] for name in ("run", "again")})
    table = table[table["asked"]]
    return table[table.groupby("run")["family"].transform("nunique") > 1]


def again(case: Case) -> tuple[Any, ...]:
    """What runs of one scheme share that were measured again, if with another version."""
    return case.row.run(but="version"), case.row.metric, case.row.scheme


def size_of(case: Case) -> int:
    """The model's parameters, in halves of a doubling."""
    return round(SIZES_PER_DOUBLING * log2(case.work.body_params + case.work.expert_params))


def speed_ups(found: Sample, errors: Errors, apart: bool = False) -> pd.DataFrame:
    """Every row beside the BF16 row of its run: the scheme's speed-up as `measured` and `predicted` logs."""
    table = runs(found, errors, apart)
    plain = table["family"] == "bf16"
    base = table[plain].drop_duplicates("run").set_index("run")[["y", "said"]].add_suffix("_base")
    pairs = table[~plain].join(base, on="run", how="inner")
    return pairs.assign(measured=pairs["y_base"] - pairs["y"], predicted=pairs["said_base"] - pairs["said"])


def order(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """Spearman's rank correlation of measured and predicted speed-up over BF16, publishers left out."""
    pairs = speed_ups(found, errors)
    own = speed_ups(found, errors, apart=True).assign(requests="any, own kernels")
    each = pd.concat([pairs, pairs.assign(requests="any"), own]).groupby("requests")
    return [
        {"requests": load, "pairs": len(rows), "spearman": _spearman(rows)}
        for load, rows in each
        if len(rows) >= FEWEST_PAIRS
    ]


def agreement(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """The ceiling of any prediction: how well another measurement tells a speed-up. Of the same run again, on
    another day or version; or of other publishers, with the same kernels on the same devices at such a load
    of a model of such a size. Beside the prediction, on the same pairs."""
    pairs = speed_ups(found, errors).reset_index(names="row")
    lines = []
    for name, alike, who in (
        ("the same publisher again", ["again"], "row"),
        ("other publishers", _ALIKE, "publisher"),
    ):
        medians = pairs.groupby([*alike, who])["measured"].median()
        each = medians.groupby(level=alike)
        others = (each.transform("sum") - medians) / (each.transform("size") - 1)
        told = pairs.join(others.rename("others"), on=[*alike, who]).dropna(subset="others")
        lines.append(_told(name, told.assign(predicted=told["others"])))
        lines.append(_told(f"this model, on the pairs of {name}", told))
    return lines


def _told(by: str, pairs: pd.DataFrame) -> dict[str, Any]:
    gap = (pairs["measured"] - pairs["predicted"]).abs().median()
    return {"by": by, "pairs": len(pairs), "spearman": _spearman(pairs), "median_factor": np.exp(gap)}


def _spearman(pairs: pd.DataFrame) -> float:
    return float(spearmanr(pairs["measured"], pairs["predicted"]).statistic)


def choices(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """What taking the scheme predicted fastest costs in a run: how much longer it takes than the fastest
    measured, beside taking the one of fewest bytes, publishers left out."""
    table = runs(found, errors)
    by = table.groupby("run")
    lost = np.expm1(table["y"] - by["y"].transform("min"))
    first = by["requests"].first()
    fast, small = (lost[by[told].idxmin().tolist()].tolist() for told in ("said", "bytes"))
    return [
        {
            "requests": load,
            "runs": len(rows),
            "fastest_taken": (rows["fast"] < _TIE).mean(),
            "mean_loss": rows["fast"].mean(),
            "p90_loss": rows["fast"].quantile(0.9),
            "mean_loss_of_the_smallest": rows["small"].mean(),
        }
        for load, rows in pd.DataFrame({"fast": fast, "small": small}).groupby(first.to_numpy())
    ]


def pairs_right(found: Sample, errors: Errors) -> list[dict[str, Any]]:
    """Share of pairs of schemes in one run whose faster one is told, publishers left out; ties left out."""
    table = runs(found, errors)
    pairs = table.merge(table, on=["run", "requests"], suffixes=("", "_other"))
    gap = pairs["y"] - pairs["y_other"]
    told = (gap * (pairs["said"] - pairs["said_other"]) > 0).rename("right")
    named = pairs.assign(schemes=pairs["family"] + " / " + pairs["family_other"], right=told)
    named = named[(pairs["family"] < pairs["family_other"]) & (gap.abs() >= _TIE)]
    each = pd.concat([named, named.assign(schemes="all pairs")]).groupby(["schemes", "requests"])["right"]
    return [
        {"schemes": pair, "requests": load, "pairs": len(right), "right": right.mean()}
        for (pair, load), right in each
        if len(right) >= FEWEST_PAIRS
    ]
