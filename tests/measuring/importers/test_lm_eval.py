"""lm-evaluation-harness's results."""

from __future__ import annotations

from collections.abc import Callable

from advisor.measuring.rows import Row

RowsOf = Callable[..., list[Row]]


def test_lm_eval_in_percent_by_category_without_members_of_groups(rows_of: RowsOf) -> None:
    """A group's members are left to the group; accuracies are percents;
    a scheme is read from the checkpoint's name.
    """
    found = rows_of("lm_eval.json")
    assert [(r.dataset, r.task, r.metric, round(r.value, 4), r.n, r.scheme) for r in found] == [
        ("gsm8k", "math", "accuracy_pct", 75.51, 1319, "W4A16-INT-gptq-g128"),
        ("gsm8k", "math", "accuracy_pct", 76.12, 1319, "W4A16-INT-gptq-g128"),
        ("mmlu", "knowledge", "accuracy_pct", 68.0, 14042, "W4A16-INT-gptq-g128"),
        ("wikitext", "language-modelling", "ppl", 8.65, 1, "W4A16-INT-gptq-g128"),
    ]
