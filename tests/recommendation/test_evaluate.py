"""Every candidate judged once, by the same need."""

import pytest

from advisor.catalog.resolve import resolve_hardware
from advisor.errors import UsageError
from advisor.recommendation.evaluate import evaluate


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
