"""How good models are, unquantized, by task category: published scores with the effects of benchmarks and
sources taken out.

Scores of different sources are not comparable: shots, prompts and harnesses differ. Here logit(score) is the
quality of the edition + the difficulty of the benchmark + an effect of (benchmark, setting, source),
all shrunk, the last the most: a benchmark that many report ties models together that no single source
compares, and what one source does differently is small beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.linear_model import Ridge

from advisor.data import folder

_PENALTIES = {"edition": 0.03, "benchmark": 0.01, "context": 1.0}
"""Ridge penalties, chosen of six sets by leave-one-source-out prediction of the order of two models (see
`evaluation.quality`: 0.84 to 0.90, against 0.79 to 0.85 without the benchmark's own effect)."""


def fit() -> dict[str, Any]:
    """The part `quality` of the artifact: category -> edition or model -> [quality in logits, scores].

    A model goes by the edition that its catalogue row names.
    """
    table = scores()
    named = pd.read_csv(folder("profiles") / "models.csv")[["name", "hf_id"]]
    return {
        "format": 2,
        "categories": {category: _rated(rows, named) for category, rows in table.groupby("category")},
    }


def scores() -> pd.DataFrame:
    """Published scores: edition, category, benchmark, context (benchmark, setting, source), source, logit."""
    profiles = folder("profiles")
    table = pd.read_csv(profiles / "model_quality.csv").merge(
        pd.read_csv(profiles / "benchmarks.csv"), on="benchmark"
    )
    table = table[(table["score"] > 0) & (table["score"] < 100)]
    table["edition"] = table["hf_id"].fillna(table["model"])
    table["source"] = table["url"].fillna("").str.split("#").str[0]
    parts = (table["benchmark"], table["setting"].fillna(""), table["reported_by"], table["source"])
    table["context"] = parts[0] + "|" + parts[1] + "|" + parts[2] + "|" + parts[3]
    table["logit"] = np.log(table["score"] / (100 - table["score"]))
    columns = ["edition", "category", "benchmark", "context", "source", "logit"]
    return table[columns].reset_index(drop=True)


def _rated(rows: pd.DataFrame, named: pd.DataFrame) -> dict[str, list[float]]:
    """Edition -> [quality, scores], and the same under the name of the catalogue row it belongs to."""
    counts = rows["edition"].value_counts()
    found = {edition: [round(quality, 3), int(counts[edition])] for edition, quality in solve(rows).items()}
    for name, edition in zip(named["name"].tolist(), named["hf_id"].tolist(), strict=True):
        if edition in found:
            found[name] = found[edition]
    return dict(sorted(found.items()))


def solve(rows: pd.DataFrame) -> dict[str, float]:
    """Edition -> quality, from one ridge regression on all three effects; a column scaled by the root of its
    penalty has that penalty where all others have one."""
    blocks, editions = [], pd.Index([])
    for column, penalty in _PENALTIES.items():
        codes, names = pd.factorize(rows[column], sort=True)
        ones = np.full(len(rows), penalty**-0.5)
        blocks.append(sparse.csr_matrix((ones, (np.arange(len(rows)), codes)), (len(rows), len(names))))
        editions = pd.Index(names) if column == "edition" else editions
    model = Ridge(alpha=1.0, solver="sparse_cg", tol=1e-10).fit(sparse.hstack(blocks).tocsr(), rows["logit"])
    effects = model.coef_[: len(editions)] / _PENALTIES["edition"] ** 0.5
    return dict(zip(map(str, editions), map(float, effects), strict=True))
