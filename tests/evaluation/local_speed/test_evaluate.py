"""The figures of the card, on rows whose truth is known."""

import math

import pytest

from advisor.evaluation.local_speed.evaluate import floor, middle


def test_floor_is_the_distance_of_independent_sources(row):
    """Two sources 20 % apart give a floor of 0.2; one source gives none."""
    found = floor([row(source="a"), row(source="b", log_s=math.log(0.012))])["GPU, dense"]
    assert pytest.approx(0.2) == found["floor"]
    assert found["floor_pairs"] == 1
    assert pytest.approx(1.44) == found["floor_high_over_low"]
    assert {} == floor([row(source="a"), row(source="a")])


def test_a_line_of_several_draws_has_the_median_of_each_figure():
    """A figure that one draw lacks is not told."""
    lines = [{"error": error, "held": held} for error, held in ((0.3, 1.0), (0.1, None), (0.2, 3.0))]
    assert {"error": 0.2, "held": None} == middle(lines)
