"""`advisor evaluate --new`: error and coverage of each kind of figure on rows the artifact has not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from advisor.errors import UsageError
from advisor.evaluation.unseen import accuracy, local_speed, serving_speed
from advisor.evaluation.unseen.table import read, unseen

Score = Callable[[pd.DataFrame, Counter[str]], list[dict[str, Any]]]
PREDICTORS: dict[str, Score] = {
    "accuracy": accuracy.score,
    "speed_local": local_speed.score,
    "speed_serving": serving_speed.score,
}
"""Kind of table -> the predictor that answers its rows."""
OTHERS = ("engine predicted by the serving model", "an engine the advisor does not serve with")
"""Why one of the two speed predictors leaves a row to the other: no row is lost by it."""


def evaluate(paths: Sequence[Path]) -> dict[str, Any]:
    """Tables by heading, of all rows of *paths* together. Raises BadFileError, UsageError."""
    frames: dict[str, list[pd.DataFrame]] = {}
    for path in paths:
        for kind, frame in read(path).items():
            frames.setdefault(kind, []).append(frame)
    reasons: Counter[str] = Counter()
    lines = []
    for kind, parts in frames.items():
        left_out: Counter[str] = Counter()
        new = unseen(kind, pd.concat(parts, ignore_index=True), left_out)
        if kind == "speed_serving":
            left_out.clear()  # counted with the local rows of the same table
        if len(new):
            lines += PREDICTORS[kind](new, left_out)
        reasons.update({why: n for why, n in left_out.items() if n and why not in OTHERS})
    if not lines:
        said = "; ".join(f"{n} {why}" for why, n in reasons.most_common(5))
        raise UsageError(f"no row that the artifact can be tried on: {said or 'the table is empty'}")
    return {
        "title": "Rows that the artifact has not seen",
        "rows": lines,
        "rows_left_out": dict(reasons.most_common()),
    }
