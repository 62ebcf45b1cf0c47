"""What getting the weights of a plan takes."""

from __future__ import annotations

import pytest


def test_what_an_engine_does_not_quantize_at_load_has_to_be_made(ask) -> None:
    """FP8 is made by vLLM while it loads, and by llm-compressor beforehand for engines that do not."""
    costs = {
        engine: ask("SmolLM2-1.7B", "RTX 4090", engine=(engine,), scheme=("W8A8-FP-block",))
        for engine in ("vllm", "lmdeploy")
    }
    words = {engine: answer.recommendation.make_cost for engine, answer in costs.items()}
    assert words["vllm"] == "nothing: quantized while the engine loads the published weights"
    assert words["lmdeploy"].startswith("round to nearest")


@pytest.mark.parametrize("engine", ["vllm", "lmdeploy", "sglang"])
def test_published_weights_are_downloaded(ask, engine: str) -> None:
    """Qwen publishes its FP8 in blocks of 128 x 128: nobody has to make it."""
    plan = ask("Qwen3-8B", "RTX 4090", engine=(engine,), scheme=("W8A8-FP-block",)).recommendation
    assert plan.make_cost == "a download: Qwen/Qwen3-8B-FP8 publishes it"
    assert "Qwen/Qwen3-8B-FP8" in plan.run_command


def test_a_file_is_made_by_its_own_tool(ask) -> None:
    """A GGUF file of a fine-tune that nobody publishes costs what llama-quantize takes."""
    plan = ask("dolphin-2.9-llama3-8b", "RTX 4090", engine=("llama.cpp",), scheme=("Q4_K_M",)).recommendation
    assert plan.make_cost.startswith("llama-quantize on a CPU in minutes")


def test_sixteen_bit_weights_are_served_as_they_are_published(ask) -> None:
    """vLLM loads the repository itself; llama.cpp needs a file of its own."""
    words = {
        engine: ask("Qwen3-0.6B", "RTX 4090", engine=(engine,), scheme=("BF16",)).recommendation.make_cost
        for engine in ("vllm", "llama.cpp")
    }
    assert (words["vllm"], words["llama.cpp"] != "") == ("", True)


def test_a_rung_that_no_list_shows_is_a_download_with_a_doubt(ask) -> None:
    """bartowski's ladder of Qwen3-30B-A3B implies Q4_K_M: the answer says that it is inferred, of a listed
    file nothing of the kind."""
    answers = [
        ask("Qwen3-30B-A3B", "RTX 3090", engine=("llama.cpp",), scheme=(scheme,))
        for scheme in ("Q4_K_M", "Q4_K_S")
    ]
    assert [
        (answer.recommendation.make_cost, sum("is inferred" in line for line in answer.warnings))
        for answer in answers
    ] == [
        ("a download: bartowski/Qwen_Qwen3-30B-A3B-GGUF most likely publishes it", 1),
        ("a download: bartowski/Qwen_Qwen3-30B-A3B-GGUF publishes it", 0),
    ]
