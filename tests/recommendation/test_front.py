"""No recommended plan is worse on loss, speed and size than another that meets the need."""

import pytest

from advisor.recommendation.front import beats

QUESTIONS = [
    ("Mistral-Nemo", "Arc B580", {}),
    ("qwen3-8b", "RTX 3060", {}),
    ("Llama-3.1-8B", "RTX 4090", {}),
    ("Llama-3.1-8B", "RTX 4090", {"max_loss": "1"}),
    ("Llama-3.1-8B", "RTX 4090", {"objective": "serve-cost", "concurrency": "16"}),
    ("llama3.1:8b", "g5.xlarge", {"concurrency": "32"}),
    ("gpt-oss-20b", "RTX 4060 8GB 32GB RAM", {"task": ("code",)}),
    ("Qwen3-30B-A3B", "M3 Max 64GB", {"objective": "make-cost"}),
    ("Llama-3.1-70B", "2x A100 80GB", {"concurrency": "64", "engine": ("vllm",)}),
]


def point(row, shared):
    """Loss, minus the speed that counts, file size of a row."""
    speed = row.throughput_tokens_per_s if shared else row.decode_tokens_per_s
    return row.loss_pct["mix"].value, -(speed.value if speed else 0.0), row.file_size_bytes.value


@pytest.mark.parametrize(("model", "hardware", "stated"), QUESTIONS)
def test_no_row_beats_what_is_recommended(table, model, hardware, stated):
    """Of all rows that meet the need none is at once no worse in loss, speed and size, and better in one."""
    rows = table(model, hardware, **stated).rows
    shared = "concurrency" in stated
    chosen = next(row for row in rows if row.recommended)
    better = [
        row.scheme
        for row in rows
        if row.feasible and row.loss_pct.get("mix") and beats(point(row, shared), point(chosen, shared))
    ]
    assert ([], True) == (better, chosen.pareto)


@pytest.mark.parametrize(("model", "hardware", "stated"), QUESTIONS)
def test_one_verdict_in_both_views(ask, table, model, hardware, stated):
    """The row marked in the table is the plan of `recommend`, and what one sets aside the other does too."""
    answer, rows = ask(model, hardware, **stated), table(model, hardware, **stated).rows
    plan = answer.recommendation
    (chosen,) = [row for row in rows if row.recommended]
    assert (plan.scheme, plan.engine) == (chosen.scheme, chosen.engine)
    aside = {(r.scheme, r.engine) for r in answer.rejected if r.kind == "limited"}
    feasible = {(row.scheme, row.engine) for row in rows if row.feasible}
    assert set() == aside & feasible


def test_beats():
    """Worse in nothing and better in something; a plan does not beat its equal."""
    assert [True, False, False] == [
        beats((1.0, -50.0, 5e9), (1.0, -40.0, 5e9)),
        beats((1.0, -50.0, 5e9), (1.0, -50.0, 5e9)),
        beats((1.0, -50.0, 5e9), (2.0, -60.0, 6e9)),
    ]
