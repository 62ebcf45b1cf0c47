"""Other spreads of the priors that were set by judgement, on families left out and without the holdout."""

from __future__ import annotations

from typing import Any

import numpy as np

from advisor.evaluation.accuracy.holdout import is_held
from advisor.evaluation.search import thinned
from advisor.training.accuracy.frame import frame
from advisor.training.accuracy.intervals import FOLDS
from advisor.training.accuracy.model import AccuracyModel, targets
from advisor.training.accuracy.priors import JUDGED, PRIORS
from advisor.training.accuracy.rows import Row, rows
from advisor.training.data.tables import load
from advisor.training.fitting.folds import left_out
from advisor.training.fitting.priors import Prior, Priors

FACTORS = (0.5, 2.0)
"""Of the present spread."""


def search(most_groups: int | None = None, patterns: tuple[str, ...] = ()) -> dict[str, Any]:
    """Median error of losses in points and of log damage, as it is and with each judged spread (or those of
    *patterns*) halved and doubled. Some twenty seconds of one core a line."""
    found = [row for row in rows(load("accuracy")) if not is_held(row)]
    found = thinned(found, [row.model.family for row in found], most_groups)
    lines = [{"prior": "as it is", "sd": None, **errors(found, PRIORS)}]
    for pattern in patterns or [name for name, prior in PRIORS.table.items() if prior.why == JUDGED]:
        for factor in FACTORS:
            prior = PRIORS.table[pattern]
            tried = PRIORS.with_fitted({pattern: Prior(prior.mean, prior.sd * factor, prior.why)})
            lines.append({"prior": pattern, "sd": prior.sd * factor, **errors(found, tried)})
    return {"title": "Spreads of the accuracy model's priors, families left out", "rows": lines}


def errors(found: list[Row], priors: Priors) -> dict[str, float]:
    """Median |error| of offered tasks in points and of damage in logs, families left out."""
    table, array = frame(found), np.empty(len(found), object)
    array[:] = found
    off = (table["y"] - left_out(AccuracyModel(priors), array, targets(found), table["family"], FOLDS)).abs()
    task = (table["kind"] == "task") & table["offered"]
    damage = table["kind"].isin(("ppl", "kld")) & (table["sigma"] < 0.5)
    return {"loss": float(off[task].median()), "damage": float(off[damage].median())}
