"""How good models are, unquantized, by task category: published scores with the effects of their sources
taken out.

Scores of different sources are not comparable: shots, prompts and harnesses differ. Here logit(score) =
quality of the model + effect of (benchmark, setting, source), both shrunk; only differences between models
that meet in some source, directly or through others, carry information.
"""

from __future__ import annotations

from typing import Any

_SHRINK_MODEL, _SHRINK_SOURCE = 0.03, 0.1
"""Ridge penalties: chosen by leave-one-source-out prediction of the order of two models (see
`order_agreement`).
"""
_VARIANTS = {"instruct": 0, "reasoning": 1, "base": 2}
"""What people run first: a chat model's instruct scores, else its reasoning ones, else the base model's."""
_LEAST_SCORES = 3
"""A model with fewer scores in a category is not rated there."""


def fit() -> dict[str, Any]:
    """The part `quality` of the artifact: category -> model -> [quality in logits,
    standard error, scores].
    """
    table = scores()
    return {
        "format": 1,
        "categories": {category: _rate(rows) for category, rows in table.groupby("category")},
    }


def evaluate() -> dict[str, Any]:
    """How often a source that was left out agrees with the others on which of two models is better."""
    agreement = order_agreement(scores())
    return {
        "title": "Which model is better: published scores without the effects of their sources",
        "rows": [{"category": name, "agreement": share} for name, share in agreement.items()],
    }


def scores() -> Any:
    """Published scores of catalogue models: model, variant, category, context (benchmark, setting,
    source), logit.
    """
    import numpy as np
    import pandas as pd

    from advisor.data import folder

    profiles = folder("profiles")
    table = pd.read_csv(profiles / "model_quality.csv").merge(
        pd.read_csv(profiles / "benchmarks.csv"), on="benchmark"
    )
    table = table[table["model"].isin(pd.read_csv(profiles / "models.csv")["name"])]
    table = table[(table["score"] > 0) & (table["score"] < 100)]
    source = table["url"].fillna("").str.split("#").str[0]
    table["context"] = (
        table["benchmark"] + "|" + table["setting"].fillna("") + "|" + table["reported_by"] + "|" + source
    )
    table["logit"] = np.log(table["score"] / (100 - table["score"]))
    return table[["model", "variant", "category", "context", "logit"]].reset_index(drop=True)


def _rate(rows: Any) -> dict[str, list[float]]:
    """Model -> [quality, standard error, scores], for the variant people run first."""
    quality, error = _solve(rows)
    counts = rows.groupby(["model", "variant"]).size()
    rated: dict[str, list[float]] = {}
    for model, variant in sorted(counts.index, key=lambda item: (item[0], _VARIANTS.get(item[1], 9))):
        if counts[model, variant] >= _LEAST_SCORES and model not in rated:
            rated[model] = [
                round(quality[model, variant], 3),
                round(error[model, variant], 3),
                int(counts[model, variant]),
            ]
    return rated


def _solve(rows: Any) -> tuple[dict, dict]:
    """Quality and its standard error by (model, variant), from ridge regression on both effects."""
    import numpy as np

    items = {
        key: index for index, key in enumerate(sorted(set(zip(rows["model"], rows["variant"], strict=True))))
    }
    contexts = {key: index for index, key in enumerate(sorted(set(rows["context"])))}
    left = np.array([items[key] for key in zip(rows["model"], rows["variant"], strict=True)])
    right = np.array([contexts[key] for key in rows["context"]]) + len(items)
    size = len(items) + len(contexts)
    matrix, target = np.zeros((size, size)), np.zeros(size)
    y = rows["logit"].to_numpy() - rows["logit"].mean()
    for a in (left, right):
        np.add.at(target, a, y)
        for b in (left, right):
            np.add.at(matrix, (a, b), 1.0)
    penalty = np.r_[np.full(len(items), _SHRINK_MODEL), np.full(len(contexts), _SHRINK_SOURCE)]
    inverse = np.linalg.inv(matrix + np.diag(penalty))
    effect = inverse @ target
    noise = np.sqrt(np.mean((y - effect[left] - effect[right]) ** 2))
    return (
        {key: float(effect[index]) for key, index in items.items()},
        {key: float(noise * np.sqrt(inverse[index, index])) for key, index in items.items()},
    )


def order_agreement(table: Any) -> dict[str, float]:
    """Share of pairs of models that a source left out orders as the others' scores do, by category;
    ties leave out.
    """
    from itertools import combinations

    found = {}
    for category, rows in table.groupby("category"):
        source = rows["context"].str.split("|").str[-1]
        hits = pairs = 0
        for left_out in sorted(source.value_counts().head(12).index):
            quality, _ = _solve(rows[source != left_out])
            for _, group in rows[source == left_out].groupby("context"):
                known = [
                    (quality[key], logit)
                    for *key_parts, logit in zip(
                        group["model"], group["variant"], group["logit"], strict=True
                    )
                    if (key := tuple(key_parts)) in quality
                ]
                for (qa, ya), (qb, yb) in combinations(known, 2):
                    if ya != yb and qa != qb:
                        pairs += 1
                        hits += (qa - qb) * (ya - yb) > 0
        if pairs:
            found[category] = round(hits / pairs, 3)
    return found
