"""How far sources lie apart."""

from __future__ import annotations

import pandas as pd

from advisor.training.fitting.gaps import gaps


def test_gaps_are_between_the_medians_of_two_sources() -> None:
    """Three sources of one configuration are three pairs; one source alone is none."""
    rows = [("x", "s", 1.0), ("x", "s", 3.0), ("x", "t", 2.5), ("x", "u", 4.0), ("y", "s", 9.0)]
    found = gaps(pd.DataFrame(rows, columns=["what", "who", "value"]), ["what"], "who", "value")
    assert sorted(found.tolist()) == [0.5, 1.5, 2.0]
    assert set(found.index.get_level_values("what")) == {"x"}
    assert len(gaps(pd.DataFrame(rows[-1:], columns=["what", "who", "value"]), ["what"], "who", "value")) == 0
