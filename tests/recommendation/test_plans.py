"""A judged candidate as a plan people can act on."""

from __future__ import annotations

import pytest

from advisor.sizing.context_params import UBATCH_TOKENS


def test_a_plan_has_its_commands_and_its_file(ask):
    """What is downloaded is published; its bytes are the publisher's."""
    plan = ask("Qwen3-8B", "RTX 4090", engine=("llama.cpp",), scheme=("Q4_K_M",)).recommendation
    assert plan.run_command.startswith(f"llama-server -hf {plan.deployment.repository}:Q4_K_M ")
    assert (plan.make_command, plan.deployment.make) == ("", ())
    assert plan.file.size_bytes == plan.predicted.file_size_bytes.value
    assert (plan.file.name, plan.file.fits_disk) == ("Qwen3-8B-Q4_K_M.gguf", None)


def test_a_small_loss_needs_no_recovery(ask):
    """Below one percent a benchmark's own error hides it; above, each way has its gain and its source."""
    small, large = (
        ask("Qwen3-8B", "RTX 4090", engine=("llama.cpp",), scheme=(scheme,)).recommendation
        for scheme in ("Q8_0", "Q2_K")
    )
    assert (small.recovery, small.loss_pct.value < 1) == ((), True)
    assert [way.name for way in large.recovery if not (way.gain and way.source_url)] == []
    assert (large.recovery != (), large.loss_pct.value >= 1) == (True, True)


def test_weights_as_published_cost_nothing_to_make(ask):
    """gpt-oss was trained in MXFP4, and its own repository serves it."""
    plan = ask("gpt-oss-20b", "RTX 5090", engine=("vllm",)).recommendation
    assert (plan.scheme, plan.make_cost, plan.make_command) == ("MXFP4", "", "")
    assert plan.run_command.startswith("vllm serve openai/gpt-oss-20b ")


def test_a_full_context_is_waited_for_longer(ask):
    """Time to the first token of a prompt that fills it; the largest that fits and is read is said."""
    plan = ask("Qwen3-8B", "RTX 4090", engine=("llama.cpp",), context="32k").recommendation
    assert plan.full_context_ttft_s.value > 5 * plan.predicted.time_to_first_token_s.value
    assert 32768 <= plan.max_context_tokens <= 40960


@pytest.mark.parametrize(("model", "scores"), [("Qwen3-8B", True), ("Llama-2-13B", False)])
def test_published_scores_are_told_with_the_loss_taken_off(ask, model, scores):
    """Where somebody published any; else a note says that nobody did."""
    plan = ask(model, "RTX 4090", engine=("llama.cpp",)).recommendation
    assert [one.benchmark for one in plan.expected_scores if one.expected.value > one.published] == []
    assert (bool(plan.expected_scores) or not scores, bool(plan.expected_scores or plan.score_note)) == (
        True,
        True,
    )


@pytest.mark.parametrize("machine", ["RTX 4090", "RTX 3060", "EPYC 9654 384GB", "M3 Max 64GB"])
def test_memory_is_planned_for_the_micro_batch_that_the_command_leaves(ask, machine):
    """llama.cpp's own default: no command sets `-ub` or `-b`, and no plan counts on another."""
    plan = ask("Qwen3-30B-A3B", machine, engine=("llama.cpp",)).recommendation
    words = set(plan.run_command.split())
    set_by_hand = words & {"-ub", "-b", "--ubatch-size", "--batch-size"}
    assert (UBATCH_TOKENS, set()) == (plan.predicted.placement.ubatch_tokens, set_by_hand)
