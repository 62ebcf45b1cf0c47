"""What sums up a table of judged rows: groups count once, and trees see no group of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from advisor.evaluation.judged import boosted, over_groups, relative


def test_an_error_is_relative_to_what_was_measured() -> None:
    """Half and twice of 100 are off by a half and by one."""
    assert relative(np.log([100 / 50, 100 / 200])).tolist() == pytest.approx([0.5, 1.0])


def test_every_group_counts_once() -> None:
    """Three rows of one device and one of another: the middle of 1 and 5."""
    errors = pd.Series([1.0, 1.0, 1.0, 5.0, np.nan])
    assert over_groups(errors, list("aaabc")) == 3.0
    assert over_groups(pd.Series([np.nan]), ["a"]) is None


def test_trees_do_not_see_the_group_they_are_asked_about() -> None:
    """What only the row's own group shows cannot be learned; what all groups show can."""
    groups = np.repeat(np.arange(8), 25)
    shown = np.random.default_rng(5).normal(size=200)
    about, names, weight = np.column_stack([groups, shown]), groups.astype(str), np.ones(200)
    assert np.corrcoef(boosted(shown, about, names, 4, weight), shown)[0, 1] > 0.9
    own = boosted(np.where(groups == 3, 5.0, 0.0), about, names, 4, weight)
    assert np.abs(own[groups == 3]).max() < 1.0
