"""The one constant of the decision: from what loss on a smaller model would have been the better choice."""

from __future__ import annotations

from typing import Any

_LEAST_SIZE_STEP = 1.2
"""Two members of a family whose sizes differ by less are variants of one size, not a step down."""
_LEAST_BENCHMARKS = 3
"""Benchmarks both members share in one source, so that one noisy score does not make a pair."""


def fit() -> dict[str, Any]:
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
    drops: dict[tuple, list[float]] = {}
    for key, group in table.groupby(["family", "variant", "benchmark", "setting", "reported_by", "source"], dropna=False):
        by_size = group.groupby("params_b")["score"].median()
        sizes = list(by_size.index)
        for small, large in zip(sizes, sizes[1:], strict=False):
            if large / small >= _LEAST_SIZE_STEP and by_size[large] > 0:
                drops.setdefault((key[0], small, large), []).append(100 * (1 - by_size[small] / by_size[large]))
    pairs = {pair: values for pair, values in drops.items() if len(values) >= _LEAST_BENCHMARKS}
    medians = pd.Series([pd.Series(values).median() for values in pairs.values()])
    ratios = pd.Series([large / small for _, small, large in pairs])
    return {
        "format": 1,
        "smaller_model_loss_pct": round(float(medians.median()), 3),
        "n_pairs": len(pairs),
        "median_size_ratio": round(float(ratios.median()), 3),
        "source": "profiles/model_quality.csv",
    }
