"""Which searches there are, and what bounds their cost."""

from __future__ import annotations

import pytest

from advisor.errors import UnknownNameError, UsageError
from advisor.evaluation.search import search, thinned


def test_groups_stay_whole_and_the_draw_is_always_the_same() -> None:
    """Two of three groups, all rows of each, in the order they had."""
    rows, groups = list(range(6)), ["a", "b", "c", "a", "b", "c"]
    kept = thinned(rows, groups, 2)
    assert kept == thinned(rows, groups, 2)
    assert len({groups[row] for row in kept}) == 2
    assert len(kept) == 4
    assert thinned(rows, groups, None) == rows


def test_an_unknown_part_is_named() -> None:
    """The parts that can be searched are listed."""
    with pytest.raises(UnknownNameError, match="sizes"):
        search("sizes")


@pytest.mark.parametrize("most_groups", [-1, 0, 1, 9])
def test_too_few_groups_are_refused(most_groups: int) -> None:
    """Nothing can be left out of none, and nine say nothing."""
    with pytest.raises(UsageError, match="10 or more"):
        search("accuracy", most_groups)
