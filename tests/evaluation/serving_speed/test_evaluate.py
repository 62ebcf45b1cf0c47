"""What the evaluation reports."""

from __future__ import annotations

import numpy as np

from advisor.evaluation.serving_speed.evaluate import asked, covered, floor, inside
from advisor.training.serving_speed.fitted import judged


def test_what_is_asked_is_judged_on_left_out_rows(small):
    """Errors of 10 % everywhere are reported as 10 %, and an interval made from them covers them."""
    errors = np.full(len(small.y), -np.log(1.1))
    left = {kind: errors for kind in ("source", "device", "model")}
    table = judged(small, left)
    table = table.assign(inside=inside(table))
    rows = asked(small, left, table)
    assert {round(row["median_error"], 3) for row in rows} == {0.1}
    assert {row["pooled"] for row in covered(table)} == {1.0}


def test_the_floor_is_what_versions_differ_by(small):
    """Runs of one thing with two engine versions lie apart by a factor above one."""
    assert floor(small)[0]["median_factor"] >= 1.0
