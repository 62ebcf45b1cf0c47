"""Prices, spreads and the calibration that is shipped."""

from __future__ import annotations

import numpy as np
import pandas as pd

from advisor.prediction.accuracy.features import ModelFacts, SchemeFacts
from advisor.training.accuracy import intervals
from advisor.training.accuracy.frame import frame
from advisor.training.accuracy.rows import Row


def _tasks(n_groups: int, spread: float) -> pd.DataFrame:
    """Twenty rows of each group whose log price misses by a normal of *spread*, sampling error 0.1 points."""
    draw = np.random.default_rng(1)
    rows = []
    predicted = np.repeat(5.0, 20 * n_groups)
    off = intervals.loss_at(
        intervals.price(predicted, np.ones(len(predicted))) + spread * draw.standard_normal(len(predicted)),
        np.ones(len(predicted)),
    )
    for i, y in enumerate(off + 0.1 * draw.standard_normal(len(off))):
        group = f"f{i % n_groups}"
        model = ModelFacts(group, group, 8, 8, 2024, "instruct")
        about = {"scheme": SchemeFacts("gguf-k", 4.0), "model": model, "source": group, "category": "math"}
        rows.append(Row(kind="task", y=float(y), sigma=0.1, **about))
    found = frame(rows)
    return found.assign(predicted=predicted, error=0.1, unseen=found["source"])


def test_price_and_loss_are_inverse() -> None:
    """Log price of a loss and back, at several ceilings."""
    loss, ceiling = np.array([0.1, 3.0, 30.0]), np.array([1.0, 0.6, 0.4])
    np.testing.assert_allclose(loss, intervals.loss_at(intervals.price(loss, ceiling), ceiling), rtol=1e-6)


def test_the_spread_of_a_made_up_error_is_found() -> None:
    """Log prices that miss by 0.5 give about that spread where the rows lie (a Student t's scale is less)."""
    found = intervals.spreads(_tasks(20, 0.5))
    assert 0.33 < float(intervals.spread_at(np.array([-3.0]), found)[0]) < 0.6


def test_few_groups_carry_no_high_level() -> None:
    """Twelve groups carry 90 %, not 95 %: there the width is None."""
    found = intervals.calibrate(_tasks(12, 0.5))
    assert found.two_sided["0.9"] is not None
    assert None is found.two_sided["0.95"]


def test_the_narrower_of_two_calibrations_is_kept() -> None:
    """None counts as infinitely wide."""
    assert {"0.9": 1.0, "0.95": 3.0} == intervals.narrower(
        {"0.9": 1.0, "0.95": None}, {"0.9": 2.0, "0.95": 3.0}
    )
