"""The sample."""

from __future__ import annotations

import numpy as np
import pytest

from advisor.training.serving_speed.estimator import VARIANTS
from advisor.training.serving_speed.sample import seen


def _groups(small):
    return [
        (c.row.source, c.device, c.model, c.row.engine, c.family, c.row.metric, c.row.protocol)
        for c in small.cases
    ]


def test_rows_that_say_the_same_weigh_like_the_root_of_their_number(small):
    """n rows of one group weigh 1 / sqrt(n) each."""
    sizes = 1 / np.square(small.weight)
    assert sizes.tolist() == pytest.approx(np.round(sizes).tolist())
    assert np.sum(1 / sizes) == pytest.approx(len(set(_groups(small))))


def test_seen_asks_for_the_device_and_the_kernel_outside_the_group(small):
    """A device only one publisher measured is not seen without that publisher."""
    alone = [
        known
        for case, known in zip(small.cases, seen(small.cases, "source"), strict=True)
        if case.device == "RTX A5000"
    ]
    assert alone
    assert not any(alone)


def test_every_variant_is_left_out_by_the_same_folds(small):
    """All variants have an error for every row, and the last is what is shipped, left out alone."""
    each = small.variants_left("device")
    assert tuple(each) == VARIANTS
    assert each[VARIANTS[-1]] == pytest.approx(small.left("device"))
