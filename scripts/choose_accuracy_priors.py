"""Try other prior spreads of the accuracy model on families left out, without the holdout.

    python scripts/choose_accuracy_priors.py [PATTERN...]

For each pattern of `advisor.training.accuracy.priors` marked "a judgement" (or those given), halves and
doubles its spread and prints the median error of the loss and of log damage. A few minutes per pattern.
"""

from __future__ import annotations

import sys

import numpy as np

from advisor.training.accuracy.figures import offered
from advisor.training.accuracy.holdout import is_held
from advisor.training.accuracy.model import AccuracyModel, targets
from advisor.training.accuracy.priors import PRIORS
from advisor.training.accuracy.rows import Row, rows
from advisor.training.data.tables import load
from advisor.training.fitting.folds import left_out
from advisor.training.fitting.priors import Prior, Priors

FACTORS = (0.5, 1.0, 2.0)


def main(patterns: list[str]) -> None:
    """Print one line per pattern and factor."""
    found = [row for row in rows(load("accuracy")) if not is_held(row)]
    chosen = patterns or [name for name, prior in PRIORS.table.items() if prior.why == "a judgement"]
    for pattern in chosen:
        for factor in FACTORS:
            prior = PRIORS.table[pattern]
            tried = PRIORS.with_fitted({pattern: Prior(prior.mean, prior.sd * factor, prior.why)})
            task, damage = errors(found, tried)
            print(f"{pattern:<14} sd {prior.sd * factor:<6g} loss {task:.3f} points, damage {damage:.3f} log")


def errors(found: list[Row], priors: Priors) -> tuple[float, float]:
    """Median |error| of offered tasks in points and of damage in logs, families left out."""
    array = np.empty(len(found), object)
    array[:] = found
    y = targets(found)
    off = np.abs(left_out(AccuracyModel(priors), array, y, [row.model.family for row in found], 6) - y)
    task = [i for i, row in enumerate(found) if row.kind == "task" and offered(row)]
    damage = [i for i, row in enumerate(found) if row.kind in ("ppl", "kld") and row.sigma < 0.5]
    return float(np.median(off[task])), float(np.median(off[damage]))


if __name__ == "__main__":
    main(sys.argv[1:])
