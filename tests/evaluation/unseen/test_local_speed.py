"""Rows of local engines beside what is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pandas as pd

from advisor.evaluation.unseen.local_speed import score

CELLS = {"hardware_kind": "gpu", "backend": "cuda", "n_devices": "1", "unit": "tok/s", "gen_tokens": "128"}


def test_a_speed_near_the_answer_is_inside_and_one_far_off_is_not(rows: Callable[..., pd.DataFrame]) -> None:
    """131 tokens/s of an 8B in four bits on an RTX 4090 is usual, 20 is not."""
    near, far = (
        {line["figure"]: line for line in score(rows("speed_local", value=value, **CELLS), Counter())}
        for value in ("131", "20")
    )
    assert (near["decode, GPU, dense"]["covered"], far["decode, GPU, dense"]["covered"]) == (1.0, 0.0)
    assert far["decode, NVIDIA"]["median"] > 3.0


def test_what_the_cleaning_leaves_out_is_counted(rows: Callable[..., pd.DataFrame]) -> None:
    """Faster than the card can read is not judged."""
    reasons: Counter[str] = Counter()
    assert score(rows("speed_local", value="900", **CELLS), reasons) == []
    assert reasons == {"faster than the weights can be read: speculative decoding or a wrong label": 1}
