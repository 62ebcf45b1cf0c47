"""Figures of a candidate, its mixture of tasks, and the context nobody asked for."""

from math import isclose
from typing import Any

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.catalog.tasks import task_mix
from advisor.recommendation.candidates import candidates
from advisor.recommendation.context_room import rooms
from advisor.recommendation.judge import Judged, Setting, Trial


@pytest.fixture(scope="module")
def judged(need_of):
    """Judge Q4_K_M (or another scheme) of llama.cpp for a need in words."""

    def one(
        model: str,
        hardware: str,
        scheme: str = "Q4_K_M",
        shrink: bool = False,
        ram: str = "64GB",
        **stated: Any,
    ) -> Judged:
        profile, need = need_of(model, scheme=(scheme,), engine=("llama.cpp",), **stated)
        machine = resolve_hardware(hardware, Overrides(ram=ram))
        candidate = next(
            found for found in candidates(need, machine, profile)[0] if found.scheme.name == scheme
        )
        trial = Trial(candidate, need, Setting(machine, profile), None)
        return trial.judged(rooms(need, profile)[-1] if shrink else None)

    return one


def test_what_fits_and_is_asked_for_misses_nothing(judged):
    """Llama-3.1-8B in Q4_K_M lies wholly on an RTX 4090."""
    found = judged("Llama-3.1-8B", "RTX 4090")
    assert (True, "gpu", ()) == (found.feasible, found.outcome.placement.kind, found.misses)


def test_the_loss_of_one_task_is_its_mixture(judged):
    """Expected loss: the categories of `rag` by their weights, low and high ends each among themselves."""
    found, mix = judged("Llama-3.1-8B", "RTX 4090", task=("rag",)), task_mix("rag")
    kept = found.outcome.retained_accuracy_pct
    expected = tuple(
        sum(weight * (100 - getattr(kept[name], end)) for name, weight in mix.items()) / sum(mix.values())
        for end in ("value", "high", "low")
    )
    assert found.loss is not None
    assert pytest.approx(expected) == (found.loss.value, found.loss.low, found.loss.high)


def test_two_tasks_weigh_the_same(judged):
    """The loss of code and math together is the mean of both; each keeps its own bound."""
    code, math = (judged("Llama-3.1-8B", "RTX 4090", task=(task,)) for task in ("code", "math"))
    both = judged("Llama-3.1-8B", "RTX 4090", task=("code", "math"))
    assert isclose(both.loss.value, (code.loss.value + math.loss.value) / 2)
    assert isclose(both.loss_upper, (code.loss_upper + math.loss_upper) / 2)
    assert {"code": code.loss_upper, "math": math.loss_upper} == pytest.approx(both.task_loss_upper)


def test_the_weights_lose_nothing_unquantized(judged):
    """BF16 is what was published: no loss, and no bound on one."""
    found = judged("Llama-3.1-8B", "RTX 4090", "BF16")
    assert (0.0, 0.0) == (found.loss.value, found.loss_upper)


def test_memory_that_is_short_is_a_miss_and_leaves_no_speed_miss(judged):
    """70B in Q4_K_M on a card of 8 GB with 16 GB beside it: memory alone is named."""
    found = judged("Llama-3.1-70B", "RTX 4060", ram="16GB", min_speed="1")
    assert (False, ["memory"]) == (found.feasible, [miss.kind for miss in found.misses])


def test_a_context_nobody_asked_for_shrinks_only_when_told(judged, need_of):
    """Qwen2.5-14B in Q5_K_M fills a 12 GB card: it fits with less context, not with all of it."""
    profile, need = need_of("Qwen2.5-14B", scheme=("Q5_K_M",), engine=("llama.cpp",))
    wanted, least = rooms(need, profile)
    short = {"ram": "1GB", "kv_cache": "f16"}
    whole = judged("Qwen2.5-14B", "RTX 3060 12GB", "Q5_K_M", shrink=True, **short)
    kept = judged("Qwen2.5-14B", "RTX 3060 12GB", "Q5_K_M", **short)
    assert (wanted, False) == (kept.case.context_tokens, kept.feasible)
    assert (True, True) == (least <= whole.case.context_tokens < wanted, whole.feasible)


@pytest.mark.parametrize(
    ("model", "machine", "asked"),
    [
        ("Llama-3.1-8B", "RTX 4090", {}),
        ("Llama-3.1-70B", "RTX 4060", {}),
        ("Llama-3.1-8B", "RTX 3060", {"min_speed": "900"}),
        ("Llama-3.1-8B", "RTX 3060", {"max_loss": "0.01"}),
    ],
)
def test_only_what_meets_the_need_gets_figures(need_of, model, machine, asked):
    """`feasible` gives the plan of `judged` where that misses nothing, else no plan."""
    profile, need = need_of(model, **asked)
    hardware = resolve_hardware(machine)
    trials = [
        Trial(candidate, need, Setting(hardware, profile), None)
        for candidate in candidates(need, hardware, profile)[0][:12]
    ]
    judged = [trial.judged() for trial in trials]
    plans = [plan if plan.feasible else None for plan in judged]
    found = [trial.feasible() for trial in trials]
    assert plans == [plan if isinstance(plan, Judged) else None for plan in found]


def test_sixteen_bits_of_cache_come_first(judged):
    """Eight bits are taken only where sixteen do not keep the model on the card."""
    roomy = judged("Llama-3.1-8B", "RTX 4090", "Q8_0", context="32k")
    tight = judged("Llama-3.1-8B", "RTX 3060 12GB", "Q8_0", context="32k")
    assert ("f16", "q8_0") == (roomy.case.kv_type, tight.case.kv_type)


@pytest.mark.parametrize(
    ("context", "kind", "kv_type"),
    [("64k", "data-parallel", "fp8"), ("8k", "tensor-parallel", "f16")],
)
def test_eight_bits_of_cache_rather_than_stages_inside_a_node(need_of, context, kind, kv_type):
    """DeepSeek-V3.1 on eight H200 with 64 requests: at 64 k each only stages would keep 16 bits."""
    profile, need = need_of("DeepSeek-V3.1", engine=("vllm",), context=context, concurrency="64")
    machine = resolve_hardware("8x H200 SXM")
    (candidate,) = (
        one for one in candidates(need, machine, profile)[0] if one.scheme.name == "W8A8-FP-block"
    )
    found = Trial(candidate, need, Setting(machine, profile), None).judged()
    assert (kind, kv_type) == (found.outcome.placement.kind, found.case.kv_type)
