"""What the evaluation reports."""

from __future__ import annotations

import numpy as np

from advisor.evaluation.serving_speed.evaluate import PUBLISHERS, VERSIONS, asked, covered, floors, inside
from advisor.training.serving_speed.fitted import judged


def test_what_is_asked_is_judged_on_left_out_rows(small):
    """Errors of 10 % everywhere are reported as 10 %, and an interval made from them covers them."""
    errors = np.full(len(small.y), -np.log(1.1))
    left = {kind: errors for kind in ("source", "device", "model")}
    table = judged(small, left)
    table = table.assign(inside=inside(table))
    rows = asked(small, left, table, floors(small, errors))
    assert {round(row["median_error"], 3) for row in rows} == {0.1}
    assert {row["pooled"] for row in covered(table)} == {1.0}


def test_the_floor_is_how_far_apart_two_measurements_lie(small):
    """Publishers whose errors differ by a factor of two lie 100 % apart; versions as far as their rows do,
    whatever the errors."""
    who = np.array([case.row.publisher for case in small.cases])
    doubled = floors(small, np.where(who == "accelmark", np.log(2.0), 0.0))
    right = floors(small, np.zeros(len(small.y)))
    assert {1.0} == {round(line["p90_gap"], 9) for line in doubled if line["compared"] == PUBLISHERS}
    assert {0.0} == {round(line["p90_gap"], 9) for line in right if line["compared"] == PUBLISHERS}
    versions = [line for line in right if line["compared"] == VERSIONS]
    assert versions == [line for line in doubled if line["compared"] == VERSIONS]
    assert {"time per output token", "time to first token"} == {line["figure"] for line in versions}
