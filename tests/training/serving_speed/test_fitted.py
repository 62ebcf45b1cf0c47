"""The artifact's document."""

from __future__ import annotations

import numpy as np

from advisor.training.serving_speed.estimator import ONLY_WHILE_FITTING
from advisor.training.serving_speed.fitted import exported, intervals, judged


def test_nothing_of_a_publisher_is_exported(small, fitted):
    """Only coefficients of machines, kernels and engines leave the fit."""
    names = exported(small, fitted)["coefficients"]
    assert names
    assert not [name for name in names if name.startswith(ONLY_WHILE_FITTING)]


def test_kernels_without_serving_rows_keep_their_timings(small, fitted):
    """Every family and architecture that was timed can be predicted."""
    names = exported(small, fitted)["coefficients"]
    assert {"read:nvfp4", "math-arch:ada", "read:slow"} <= set(names)


def test_levels_the_groups_do_not_carry_have_no_width(small):
    """Three groups carry no 90 % interval: the width is None."""
    errors = np.linspace(0.0, 0.5, len(small.y))
    found = intervals(small, {"source": errors, "device": errors})
    thin = [entry for entry in found.values() if entry["groups"] < 9]
    assert thin
    assert {entry["half_widths"]["0.9"] for entry in thin} == {None}


def test_intervals_count_a_publisher_on_a_device_once(small):
    """Groups are publishers on devices, whole."""
    errors = np.zeros(len(small.y))
    groups = judged(small, {"source": errors, "device": errors})["machine"]
    assert set(groups) == {f"{c.row.publisher}|{c.device}" for c in small.cases}
