"""How good models are, unquantized, by task category: published scores with the effects of benchmarks and
sources taken out.

Scores of different sources are not comparable: shots, prompts and harnesses differ. Here logit(score) is the
quality of the edition + the difficulty of the benchmark + an effect of (benchmark, setting, source),
all shrunk, the last the most: a benchmark that many report ties models together that no single source
compares, and what one source does differently is small beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_PENALTIES = {"edition": 0.03, "benchmark": 0.01, "context": 1.0}
"""Ridge penalties, chosen of six sets by leave-one-source-out prediction of the order of two models (see
`order_agreement`: 0.84 to 0.90, against 0.79 to 0.85 without the benchmark's own effect)."""


def fit() -> dict[str, Any]:
    """The part `quality` of the artifact: category -> edition or model -> [quality in logits, scores].

    A model goes by the edition that its catalogue row names.
    """
    import pandas as pd

    from advisor.data import folder

    table = scores()
    named = pd.read_csv(folder("profiles") / "models.csv")[["name", "hf_id"]]
    return {
        "format": 2,
        "categories": {category: _rated(rows, named) for category, rows in table.groupby("category")},
    }


def evaluate() -> dict[str, Any]:
    """How often a source that was left out agrees with the others on which of two models is better."""
    agreement = order_agreement(scores())
    return {
        "title": "Which model is better: published scores without the effects of benchmarks and sources",
        "rows": [{"category": name, "agreement": share} for name, share in agreement.items()],
    }


def scores() -> pd.DataFrame:
    """Published scores: edition, category, benchmark, context (benchmark, setting, source), source, logit."""
    import numpy as np
    import pandas as pd

    from advisor.data import folder

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
    found = {edition: [round(quality, 3), int(counts[edition])] for edition, quality in _solve(rows).items()}
    for name, edition in zip(named["name"].tolist(), named["hf_id"].tolist(), strict=True):
        if edition in found:
            found[name] = found[edition]
    return dict(sorted(found.items()))


def _solve(rows: pd.DataFrame) -> dict[str, float]:
    """Edition -> quality, from one ridge regression on all three effects; a column scaled by the root of its
    penalty has that penalty where all others have one."""
    import numpy as np
    import pandas as pd
    from scipy import sparse
    from sklearn.linear_model import Ridge

    blocks, editions = [], pd.Index([])
    for column, penalty in _PENALTIES.items():
        codes, names = pd.factorize(rows[column], sort=True)
        ones = np.full(len(rows), penalty**-0.5)
        blocks.append(sparse.csr_matrix((ones, (np.arange(len(rows)), codes)), (len(rows), len(names))))
        editions = pd.Index(names) if column == "edition" else editions
    model = Ridge(alpha=1.0, solver="sparse_cg", tol=1e-10).fit(sparse.hstack(blocks).tocsr(), rows["logit"])
    effects = model.coef_[: len(editions)] / _PENALTIES["edition"] ** 0.5
    return dict(zip(map(str, editions), map(float, effects), strict=True))


def order_agreement(table: pd.DataFrame) -> dict[str, float]:
    """Share of pairs of models that a source left out orders as the others' scores do, by category;
    ties leave out.
    """
    import numpy as np

    found = {}
    for category, rows in table.groupby("category"):
        agreed: list[float] = []
        for left_out in rows["source"].value_counts().index[:MOST_SOURCES]:
            quality = _solve(rows[rows["source"] != left_out])
            own = rows[rows["source"] == left_out].assign(quality=rows["edition"].map(quality)).dropna()
            pairs = own.merge(own, on="context", suffixes=("", "_other"))
            order = (pairs["quality"] - pairs["quality_other"]) * (pairs["logit"] - pairs["logit_other"])
            agreed += np.sign(order[order != 0]).tolist()
        if agreed:
            found[str(category)] = round((float(np.mean(agreed)) + 1) / 2, 3)
    return found


MOST_SOURCES = 12
"""Of a category, the largest, are each left out once: the rest has a handful of pairs."""
