"""The constants of the decision, each taken from the measurements:
what loss is too much, and which differences are none.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from advisor.data import folder
from advisor.training.accuracy.benchmarks import benchmark
from advisor.training.data.clean import clean
from advisor.training.data.tables import load
from advisor.training.fitting.gaps import gaps

_LEAST_SIZE_STEP = 1.2
"""Two members of a family whose sizes differ by less are variants of one size, not a step down."""
_TELLING = (1, 99)
"""Full scores in percent between which the ratio to another score tells something."""
_LEAST_BENCHMARKS = 3
"""Benchmarks both members share in one source, so that one noisy score does not make a pair."""


def fit() -> dict[str, Any]:
    """The part `decision` of the artifact."""
    return {
        "format": 1,
        **_smaller_model(),
        "benchmark_resolution_pct": _benchmark_resolution(),
        "speed_resolution": _speed_resolution(),
    }


def _benchmark_resolution() -> float:
    """Sampling error of the sharpest benchmark in the tables, in percent of the unquantized score.

    One standard error of the question-wise score, sqrt(p (1 - p) / questions) / p at the benchmark's median
    unquantized score p: a smaller loss could not be seen on any single benchmark.
    """
    rows = load("accuracy")
    rows = rows[(rows["metric"] == "accuracy_pct") & rows["baseline_value"].between(*_TELLING)]
    rows = rows[~rows["task_category"].isin(["average", "long-context"])]
    shares = rows.groupby("dataset")["baseline_value"].median() / 100
    errors = [
        100 * math.sqrt(share * (1 - share) / benchmark(str(dataset))[0]) / share
        for dataset, share in shares.items()
    ]
    return round(float(min(errors)), 3)


def _speed_resolution() -> float:
    """How far apart two independent sources measure one configuration (device, backend, engine, model,
    scheme).

    The median of |ratio - 1| over pairs of sources, decode. Plans predicted closer together than this cannot
    be told apart by what anybody has measured.
    """
    rows = clean(load("speed_local"))
    named = (rows["model_name"] != "") & (rows["device"] != "")
    rows = rows[(rows["excluded_reason"] == "") & (rows["phase"] == "decode") & named]
    keys = ["device", "backend", "engine", "model_name", "scheme_name", "n_devices"]
    apart = gaps(rows.assign(log=np.log(rows["value"])), keys, "source_id", "log")
    return round(float(np.expm1(apart.sort_values().iloc[len(apart) // 2])), 3)


def _smaller_model() -> dict[str, Any]:
    """The median share of its score a model family loses with one step down in size.

    Published unquantized scores; the same benchmark, setting, variant and source for both members.
    """
    profiles = folder("profiles")
    models = pd.read_csv(profiles / "models.csv")[["name", "family", "params_b"]]
    scores = pd.read_csv(profiles / "model_quality.csv").drop(columns="params_b")
    table = scores.merge(models, left_on="model", right_on="name")
    table["source"] = table["url"].str.split("#").str[0]
    steps = _steps(table, ["family", "variant", "benchmark", "setting", "reported_by", "source"])
    pairs = steps.groupby(["family", "smaller", "params_b"], dropna=False)["loss_pct"].agg(["median", "size"])
    pairs = pairs[pairs["size"] >= _LEAST_BENCHMARKS]
    ratios = pairs.index.get_level_values("params_b") / pairs.index.get_level_values("smaller")
    return {
        "smaller_model_loss_pct": round(float(pairs["median"].median()), 3),
        "smaller_model_pairs": len(pairs),
        "smaller_model_size_ratio": round(float(pd.Series(ratios).median()), 3),
    }


def _steps(table: pd.DataFrame, same: list[str]) -> pd.DataFrame:
    """Each step up in size among scores alike in *same*: `params_b`, the `smaller` size before it, and
    `loss_pct`, the share of the score that the smaller one lacks."""
    medians = table.groupby([*same, "params_b"], dropna=False)["score"].median().reset_index()
    before = medians.groupby(same, dropna=False)[["params_b", "score"]].shift()
    steps = medians.assign(
        smaller=before["params_b"], loss_pct=100 * (1 - before["score"] / medians["score"])
    )
    return steps[(steps["params_b"] / steps["smaller"] >= _LEAST_SIZE_STEP) & (steps["score"] > 0)]
