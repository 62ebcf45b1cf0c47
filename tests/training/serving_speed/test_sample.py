"""The sample."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from advisor.training.serving_speed.sample import seen


def _groups(small):
    return [
        (c.row.source, c.device, c.model, c.row.engine, c.family, c.row.metric, c.row.protocol)
        for c in small.cases
    ]


def test_rows_that_say_the_same_weigh_like_the_root_of_their_number(small):
    """Of one publisher, n rows of one group weigh 1 / sqrt(n) each beside a row that stands alone."""
    sizes = Counter(_groups(small))
    by: dict[str, set[float]] = defaultdict(set)
    for case, group, weight in zip(small.cases, _groups(small), small.weight, strict=True):
        by[case.row.publisher].add(round(float(weight) * sizes[group] ** 0.5, 9))
    assert {1} == {len(alone) for alone in by.values()}


def test_of_a_publisher_of_many_rows_each_weighs_less(small):
    """16 times the rows: each weighs half as much."""
    rows = Counter(case.row.publisher for case in small.cases)
    sizes = Counter(_groups(small))
    alone = {
        case.row.publisher: weight * sizes[group] ** 0.5
        for case, group, weight in zip(small.cases, _groups(small), small.weight, strict=True)
    }
    whole = [weight * rows[who] ** 0.25 for who, weight in alone.items()]
    assert whole == pytest.approx([whole[0]] * len(whole))


def test_what_all_rows_weigh_together_is_the_roots_of_their_groups(small):
    """Sharing out between publishers moves no weight to or from the priors."""
    assert np.sum(small.weight) == pytest.approx(sum(n**0.5 for n in Counter(_groups(small)).values()))


def test_seen_asks_for_the_device_and_the_kernel_outside_the_group(small):
    """A device only one publisher measured is not seen without that publisher."""
    alone = [
        known
        for case, known in zip(small.cases, seen(small.cases, "source"), strict=True)
        if case.device == "RTX A5000"
    ]
    assert alone
    assert not any(alone)


def test_the_table_has_a_line_for_every_case(small):
    """In the cases' order; a machine is a publisher's device."""
    assert small.table["case"].tolist() == list(small.cases)
    first = small.table.iloc[0]
    assert first["machine"] == f"{first['publisher']}|{first['device']}"
