"""Three ways to predict accuracy, on the same rows and folds: which is the simplest that is best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer

from advisor.evaluation.accuracy.figures import damage
from advisor.evaluation.judged import boosted
from advisor.training.accuracy.fitted import LeftOut
from advisor.training.accuracy.intervals import FOLDS, loss_at, price
from advisor.training.accuracy.model import AccuracyModel, Vector
from advisor.training.accuracy.priors import PRIORS
from advisor.training.accuracy.rows import Row
from advisor.training.fitting.priors import Prior

OWN_EFFECTS = ("fam:*", "model:*", "t:fam:*", "t:model:*", "t:by:*")
"""Priors of what families, models and methods have for themselves."""
FARTHEST = 1.5
"""Of a residual (in logs) that trees are shown: of losses near nothing the logarithm is noise."""


def compare(left: LeftOut) -> list[dict[str, Any]]:
    """One line per way and what was unseen: median errors, every row counting once.

    `pooled` is what is shipped. `physics only` has no effects of families, models and methods on tasks.
    `boosted residual` adds gradient-boosted trees on what the pooled one leaves, each row's trees grown
    without its group.
    """
    alone = {pattern: Prior(0.0, 1e-3, "none") for pattern in OWN_EFFECTS}
    rows = left.frame["row"].tolist()
    bare = LeftOut.of(rows, AccuracyModel(PRIORS.with_fitted(alone)))
    lines = []
    for unseen, known in (("family", False), ("source", True)):
        pooled = left.predicted(known=known)
        ways = {"pooled": pooled, "physics only": bare.predicted(known=known)}
        ways["boosted residual"] = _boosted(rows, pooled, left.frame[unseen].tolist())
        lines += [_line(left, unseen, way, predicted) for way, predicted in ways.items()]
    return lines


def _line(left: LeftOut, unseen: str, way: str, predicted: Vector) -> dict[str, Any]:
    table = left.frame
    tasks = (table["kind"] == "task") & table["offered"] & (table["known"] | (unseen == "family"))
    off = (table["y"] - predicted)[tasks].abs()
    factors = {kind: damage(table, predicted, kind)["factor"] for kind in ("ppl", "kld")}
    return {"unseen": unseen, "way": way, "loss": off.median(), "loss_mean": off.mean(), **factors}


def _boosted(rows: Sequence[Row], predicted: Vector, groups: Sequence[str]) -> Vector:
    """*predicted* moved by what trees on the other groups' residuals say of each row."""
    task = np.array([row.kind == "task" for row in rows])
    y, ceiling = (np.array([getattr(row, name) for row in rows]) for name in ("y", "ceiling"))
    said = np.where(task, price(predicted, ceiling), predicted)
    off = np.where(task, price(y, ceiling), y) - said
    sure = np.where(task, np.clip(predicted / 5.0, 0.02, 1.0), np.array([row.kind != "nll" for row in rows]))
    table = DictVectorizer(sparse=False).fit_transform([_about(row) for row in rows])
    moved = said + boosted(np.clip(off, -FARTHEST, FARTHEST), table, groups, FOLDS, sure, "squared_error")
    return np.where(task, loss_at(moved, ceiling), np.where(sure > 0, moved, predicted))


def _about(row: Row) -> dict[str, Any]:
    """What trees may look at."""
    scheme, model = row.scheme, row.model
    return {
        "method": scheme.method,
        "bits": scheme.bits,
        "group": scheme.group,
        "act": scheme.act,
        "kv_bits": scheme.kv_bits,
        "params": math.log(model.params_b),
        "sparsity": math.log(model.params_b / model.active_b),
        "year": model.year,
        "variant": model.variant,
        "category": row.category,
        "kind": row.kind,
    }
