"""The figures of the card, on rows whose truth is known."""

import math

import pytest

from advisor.evaluation.local_speed.evaluate import floor


def test_floor_is_the_distance_of_independent_sources(row):
    """Two sources 20 % apart give a floor of 0.2; one source gives none."""
    found = floor([row(source="a"), row(source="b", log_s=math.log(0.012))])["GPU, dense"]
    assert pytest.approx(0.2) == found["floor"]
    assert found["floor_pairs"] == 1
    assert pytest.approx(1.44) == found["floor_high_over_low"]
    assert {} == floor([row(source="a"), row(source="a")])
