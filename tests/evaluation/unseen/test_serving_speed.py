"""Rows of serving engines beside what is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pandas as pd

from advisor.evaluation.unseen.serving_speed import score

CELLS = {
    "hardware_kind": "gpu",
    "n_devices": "1",
    "unit": "tok/s",
    "prompt_tokens": "1024",
    "gen_tokens": "256",
    "concurrency": "16",
}


def test_a_rate_of_many_requests_is_judged(rows: Callable[..., pd.DataFrame]) -> None:
    """One row is one line of what people ask; it says whether the interval held."""
    found = score(rows("speed_serving", value="1500", **CELLS), Counter())
    assert [(line["figure"], line["rows"]) for line in found] == [
        ("requests/s at a fixed number in flight", 1)
    ]
    assert found[0]["covered"] in (0.0, 1.0)


def test_an_engine_of_one_s_own_machine_is_left_to_the_other_predictor(
    rows: Callable[..., pd.DataFrame],
) -> None:
    """llama.cpp's rows are counted, not judged."""
    reasons: Counter[str] = Counter()
    assert score(rows("speed_serving", value="90", **{**CELLS, "engine": "llama.cpp"}), reasons) == []
    assert sum(reasons.values()) == 1
