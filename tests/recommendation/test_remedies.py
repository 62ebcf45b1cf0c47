"""Changes that make a plan fit are the smallest that do."""

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.requirements import Load, Requirements
from advisor.recommendation.evaluate import evaluate
from advisor.recommendation.remedies import change_of_machine, change_of_need, wired_limit_mb


def plan(model, hardware, **need):
    """The one plan of one scheme on one engine, and its need."""
    wanted = Requirements(schemes=("Q4_K_M",), engines=("llama.cpp",), **need)
    judged, _ = evaluate(wanted, resolve_hardware(hardware), resolve_model(model))
    return judged[0], wanted


def test_as_many_requests_as_fit():
    """One request more than advised does not fit."""
    need = {"context_tokens": 32768, "kv_type": "q4_0"}
    found, wanted = plan("Llama-3.1-8B", "RTX 3060", loads=(Load(concurrency=256),), **need)
    option, relaxed = change_of_need(found, wanted)
    count = relaxed.concurrency
    fits = [
        plan("Llama-3.1-8B", "RTX 3060", loads=(Load(concurrency=n),), **need)[0].feasible
        for n in (count, count + 1)
    ]
    assert (f"--concurrency {count}", [True, False]) == (option, fits)


def test_a_smaller_cache_comes_before_fewer_requests():
    """64 requests of 2 k with sixteen bits miss 12 GB; with four bits all of them fit."""
    need = {"context_tokens": 2048, "loads": (Load(concurrency=64),)}
    found, wanted = plan("Llama-3.1-8B", "RTX 3060", kv_type="f16", **need)
    option, relaxed = change_of_need(found, wanted)
    fits = plan("Llama-3.1-8B", "RTX 3060", kv_type=relaxed.kv_type, **need)[0].feasible
    assert (f"--kv-cache {relaxed.kv_type}", (False, True), 64) == (
        option,
        (found.feasible, fits),
        relaxed.concurrency,
    )


def test_nothing_is_advised_for_a_plan_that_fits():
    """A plan on the GPU needs nothing of its machine."""
    assert "" == change_of_machine(plan("Llama-3.1-8B", "RTX 4090")[0])


def test_the_limit_of_a_mac_lies_within_its_memory():
    """A model beyond the GPU's share but within the memory gets a limit; a card has none."""
    assert wired_limit_mb(plan("Llama-3.1-8B", "RTX 4090")[0].case) is None
    limit = wired_limit_mb(plan("Qwen3-32B", "M3 Max 36GB")[0].case)
    assert limit is not None
    assert 18_000 < limit < 36_864
