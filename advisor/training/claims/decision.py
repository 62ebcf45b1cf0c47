"""The constants of the decision, each taken from the measurements:
what loss is too much, and which differences are none.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

_LEAST_SIZE_STEP = 1.2
"""Two members of a family whose sizes differ by less are variants of one size, not a step down."""
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
    from math import sqrt

    from advisor.training.accuracy.benchmarks import benchmark
    from advisor.training.data.tables import load

    rows = load("accuracy")
    rows = rows[(rows["metric"] == "accuracy_pct") & rows["baseline_value"].between(1, 99)]
    rows = rows[~rows["task_category"].isin(["average", "long-context"])]
    errors = []
    for dataset, found in rows.groupby("dataset"):
        questions, _ = benchmark(str(dataset))
        share = float(found["baseline_value"].median()) / 100
        errors.append(100 * sqrt(share * (1 - share) / questions) / share)
    return round(min(errors), 3)


def _speed_resolution() -> float:
    """How far apart two independent sources measure one configuration (device, backend, engine, model,
    scheme).

    The median of |ratio - 1| over pairs of sources, decode. Plans predicted closer together than this cannot
    be told apart by what anybody has measured.
    """
    from itertools import combinations

    from advisor.training.data.clean import clean
    from advisor.training.data.tables import load

    rows = clean("speed_local", load("speed_local"))
    rows = rows[
        (rows["excluded_reason"] == "")
        & (rows["phase"] == "decode")
        & (rows["model_name"] != "")
        & (rows["device"] != "")
    ]
    keys = ["device", "backend", "engine", "model_name", "scheme_name", "n_devices"]
    medians = rows.groupby([*keys, "source_id"])["value"].median()
    ratios = [
        max(a, b) / min(a, b) - 1
        for _, group in medians.groupby(level=list(range(len(keys))))
        for a, b in combinations(group.tolist(), 2)
    ]
    return round(float(sorted(ratios)[len(ratios) // 2]), 3)


def _smaller_model() -> dict[str, Any]:
    """The median share of its score a model family loses with one step down in size.

    Published unquantized scores; the same benchmark, setting, variant and source for both members.
    """
    import pandas as pd

    from advisor.data import folder

    profiles = folder("profiles")
    models = pd.read_csv(profiles / "models.csv")[["name", "family", "params_b"]]
    scores = pd.read_csv(profiles / "model_quality.csv").drop(columns="params_b")
    table = scores.merge(models, left_on="model", right_on="name")
    table["source"] = table["url"].str.split("#").str[0]
    drops: dict[tuple[Any, ...], list[float]] = {}
    for key, group in table.groupby(
        ["family", "variant", "benchmark", "setting", "reported_by", "source"], dropna=False
    ):
        by_size = group.groupby("params_b")["score"].median()
        sizes = list(by_size.index)
        for small, large in pairwise(sizes):
            if large / small >= _LEAST_SIZE_STEP and by_size[large] > 0:
                drops.setdefault((key[0], small, large), []).append(
                    100 * (1 - by_size[small] / by_size[large])
                )
    pairs = {pair: values for pair, values in drops.items() if len(values) >= _LEAST_BENCHMARKS}
    medians = pd.Series([pd.Series(values).median() for values in pairs.values()])
    ratios = pd.Series([large / small for _, small, large in pairs])
    return {
        "smaller_model_loss_pct": round(float(medians.median()), 3),
        "smaller_model_pairs": len(pairs),
        "smaller_model_size_ratio": round(float(ratios.median()), 3),
    }
