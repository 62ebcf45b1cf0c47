"""No recommended plan is worse on loss, speed and size than another that meets the need."""

import pytest

from advisor.prediction.artifacts import load
from advisor.recommendation.front import Point, beats

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


READY = ("a download", "nothing")
"""How the words begin, where there are any, for what need not be made."""


def point(row, shared):
    """Loss, the speed that counts, file size of a row, and whether it has to be made."""
    speed = row.throughput_tokens_per_s if shared else row.decode_tokens_per_s
    made = row.make_cost != "" and not row.make_cost.startswith(READY)
    loss, size = row.loss_pct["mix"].value, row.file_size_bytes.value
    return Point(loss, speed.value if speed else 0.0, size, int(made))


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
        beats(Point(1.0, 50.0, 5e9), Point(1.0, 40.0, 5e9)),
        beats(Point(1.0, 50.0, 5e9), Point(1.0, 50.0, 5e9)),
        beats(Point(1.0, 50.0, 5e9), Point(2.0, 60.0, 6e9)),
    ]


def test_what_takes_more_to_be_made_has_to_be_better_by_what_can_be_told():
    """By a loss that a benchmark shows, or a speed by more than two people differ who measure the same; a
    smaller file alone is not enough, and what takes less is held to nothing."""
    loss = 1.01 * load("decision")["benchmark_resolution_pct"]
    speed = 50.0 * (1.01 + load("decision")["speed_resolution"])
    ready = Point(loss, 50.0, 5e9, 0)
    made = [Point(0.1, 51.0, 4e9, 3), Point(0.0, 50.0, 5e9, 3), Point(loss, speed, 5e9, 3)]
    assert ([False, True, True], [True] * 3) == (
        [beats(plan, ready) for plan in made],
        [beats(plan._replace(make_rank=0), ready) for plan in made],
    )


@pytest.mark.parametrize(
    ("model", "machine", "kept", "made"),
    [
        ("Qwen2-7B", "Jetson Orin NX 16GB", "W8A16-FP", "W8A16-INT"),
        ("Phi-4", "RTX 3060 12GB + 32GB", "W4A16-INT-gptq-g128", "W4A16-INT-autoround-g128"),
    ],
)
def test_an_hour_on_a_gpu_is_not_spent_on_what_nobody_can_tell(table, model, machine, kept, made):
    """The plan that must be made is a little better in all three; what is there already is recommended."""
    rows = {row.scheme: row for row in table(model, machine, engine=("vllm",)).rows if row.feasible}
    better, chosen = point(rows[made], False), point(rows[kept], False)
    assert (True, True, True) == (
        beats(better._replace(make_rank=0), chosen),
        rows[kept].recommended,
        rows[kept].pareto,
    )
