"""Widths from groups that chose nothing else."""

import numpy as np
import pytest

from advisor.training.fitting.calibrate import coverage, cross_scaled, strata, widths


def test_levels_without_groups_are_none():
    """Twenty groups carry 95 % and no more: what they do not carry is None."""
    found = widths([float(i) for i in range(20)], [str(i) for i in range(20)])
    assert {"0.975", "0.99"} == {level for level, width in found.items() if width is None}


def test_strata_count_groups_and_rows():
    """A row counts in every stratum of its chain."""
    found = strata([1.0, 2.0, 3.0], ["a", "a", "b"], [("x", "all"), ("all",), ("all",)])
    assert (1, 1) == (found["x"]["groups"], found["x"]["rows"])
    assert (2, 3) == (found["all"]["groups"], found["all"]["rows"])


def test_the_scale_never_saw_its_row():
    """A scale fitted on other groups cannot follow a group's own error."""
    groups = [str(i) for i in range(20)]
    errors = np.ones(20)
    errors[7] = 100.0

    def fit_scale(index):
        largest = float(np.max(errors[index]))
        return lambda inside: np.full(len(inside), largest)

    scores = cross_scaled(fit_scale, errors, groups)
    assert pytest.approx(100.0) == scores[7]


def test_coverage_counts_groups_once():
    """A thousand covered rows of one group weigh as much as one missed row of another."""
    assert pytest.approx(0.5) == coverage([True] * 1000 + [False], ["a"] * 1000 + ["b"])
