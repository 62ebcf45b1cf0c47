"""Every candidate judged once, by the same need."""

import pytest

from advisor.catalog.resolve import resolve_hardware
from advisor.errors import UsageError
from advisor.recommendation.evaluate import evaluate, feasible
from advisor.recommendation.judge import Setting


def test_a_context_beyond_the_models_is_refused(need_of):
    """Qwen2.5-7B reads 131,072 tokens at most: ten million are no question."""
    model, need = need_of("Qwen2.5-7B", context="10000000")
    with pytest.raises(UsageError):
        evaluate(need, resolve_hardware("RTX 4090"), model)


def test_without_everything_the_feasible_plans_are_the_same(need_of):
    """Schemes with limits are set aside in both, whether their figures are computed or not."""
    model, need = need_of("Llama-3.1-8B")
    machine = resolve_hardware("RTX 3060")
    short, whole = (evaluate(need, machine, model, everything=all_of_it)[0] for all_of_it in (False, True))
    names = [
        [(plan.candidate.scheme.name, plan.candidate.engine) for plan in plans if plan.feasible]
        for plans in (short, whole)
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("machine", "name", "asked"),
    [
        ("RTX 4090", "Llama-3.1-70B", {}),
        ("RTX 3060 12GB + 64GB RAM", "Qwen3-30B-A3B", {}),
        ("RTX 3060", "Llama-3.1-8B", {"max_loss": "1"}),
        ("M2 16GB", "gpt-oss-20b", {}),
    ],
)
def test_plans_that_no_memory_holds_change_no_verdict(need_of, machine, name, asked):
    """What meets the need is the same, with all its figures, whether the rest is predicted or not."""
    model, need = need_of(name, **asked)
    hardware = resolve_hardware(machine)
    judged, _ = evaluate(need, hardware, model, everything=False)
    assert feasible(need, Setting(hardware, model)) == [plan for plan in judged if plan.feasible]
