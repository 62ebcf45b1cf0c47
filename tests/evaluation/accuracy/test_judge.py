"""The intervals that are shipped, on groups they have not seen."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from advisor.evaluation.accuracy.judge import judge
from advisor.training.accuracy.intervals import loss_at, price


def _tasks(n_groups: int, spread: float) -> pd.DataFrame:
    """Twenty rows of each group whose log price misses by a normal of *spread*, sampling error 0.1 points."""
    draw, n = np.random.default_rng(1), 20 * n_groups
    predicted, ceiling = np.repeat(5.0, n), np.ones(n)
    y = loss_at(price(predicted, ceiling) + spread * draw.standard_normal(n), ceiling)
    group = [f"f{i % n_groups}" for i in range(n)]
    row = [SimpleNamespace(source=name, kind="task", category="math", n=1.0) for name in group]
    about = {"predicted": predicted, "ceiling": ceiling, "error": 0.1, "unseen": group, "row": row}
    return pd.DataFrame(about | {"y": y + 0.1 * draw.standard_normal(n)})


def test_judged_is_what_is_shipped_and_covers() -> None:
    """Calibrated on other groups, about nine of ten rows of a new group lie within the 90 % interval."""
    judged = judge(_tasks(40, 0.5))
    assert 0.86 < judged["inside"].mean() < 0.96
    assert 0.86 < judged["below"].mean() < 0.96
