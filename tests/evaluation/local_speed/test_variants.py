"""Physics alone, pooled effects and boosted trees on the same folds."""

from __future__ import annotations

from collections.abc import Callable

from advisor.evaluation.local_speed.variants import compare, replace_rows
from advisor.training.local_speed.fit import Problem
from advisor.training.local_speed.intervals import levels
from advisor.training.local_speed.rows import Row, load_rows


def test_three_ways_are_judged_on_the_same_rows() -> None:
    """Pooled and boosted for sources and devices left out; physics alone for devices."""
    rows = tuple([row for row in load_rows()[0] if row.phase == "decode"][::30])
    p = Problem("decode", rows, {})
    known, unknown = levels(p)
    lines = compare(p, unknown, known)
    assert [(line["unseen"], line["way"]) for line in lines] == [
        ("source", "pooled"),
        ("source", "boosted residual"),
        ("device", "pooled"),
        ("device", "boosted residual"),
        ("device", "physics only"),
    ]
    assert {line["rows"] for line in lines if line["unseen"] == "device"} == {len(rows)}
    assert {True} == {0 < line["median_error"] < line["error_of_nine_in_ten"] for line in lines}


def test_physics_alone_knows_no_names(row: Callable[..., Row]) -> None:
    """Neither device, generation nor source; what was measured stays."""
    bare = replace_rows(Problem("decode", (row("d", source="s"),), {}))
    (found,) = bare.rows
    assert (found.device.key, found.device.generation, found.source) == ("", "", "")
    assert bare.y.tolist() == [row().log_s]
