"""Accuracy rows beside what is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pandas as pd

from advisor.evaluation.unseen.accuracy import score

SCORE = {"task_category": "knowledge", "dataset": "MMLU", "family": "llama-3.1", "weight_bits": "3"}


def test_a_loss_is_judged_in_points_and_by_the_need(rows: Callable[..., pd.DataFrame]) -> None:
    """67 of 68 points kept: a line for its bits, one for all, and "at most 3 %" was rightly said or not."""
    reasons: Counter[str] = Counter()
    found = score(rows("accuracy", value="67", baseline_value="68", **SCORE), reasons)
    assert [line["figure"] for line in found][:2] == [
        "loss on tasks, all bits",
        "loss on tasks, 3.5 to 4.7 bits",
    ]
    assert {line["rows"] for line in found} == {1}
    assert sum(reasons.values()) == 0


def test_a_divergence_is_judged_as_a_factor(rows: Callable[..., pd.DataFrame]) -> None:
    """One KLD row is one line of its own."""
    found = score(rows("accuracy", **{**SCORE, "metric": "kld_mean", "value": "0.05"}), Counter())
    assert [(line["figure"], line["error"]) for line in found] == [("KLD", "factor")]


def test_what_no_engine_runs_is_counted(rows: Callable[..., pd.DataFrame]) -> None:
    """A method of papers is left out with its reason."""
    reasons: Counter[str] = Counter()
    cells = {**SCORE, "scheme": "W3A16-OmniQuant-g128", "method": "omniquant"}
    assert score(rows("accuracy", value="67", baseline_value="68", **cells), reasons) == []
    assert reasons["no scheme that engines offer, or against a quantized model"] == 1
