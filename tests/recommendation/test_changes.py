"""What would help is named with its value."""

import pytest


def test_a_plan_without_a_speed_is_no_crash(ask):
    """A machine whose speed nobody can tell is answered, and nothing is said to be faster than it."""
    answer = ask("Llama-3.1-70B", "g5.xlarge", concurrency="32")
    assert "ok" == answer.status
    assert not any("% faster" in line for line in answer.what_would_change)


def test_the_gpu_limit_of_a_mac_is_named_with_its_value(ask):
    """gpt-oss-20b on a Mac of 16 GB runs beside the GPU until its limit is raised; the value is given."""
    (line,) = [line for line in ask("gpt-oss-20b", "M4 16GB").what_would_change if "wired_limit_mb" in line]
    limit = int(line.split("iogpu.wired_limit_mb=")[1].split()[0])
    assert 12_000 < limit < 16_000


def test_fewer_requests_are_named_with_their_number(ask):
    """More requests than memory holds: the number that fits is advised, and with it the plan fits."""
    asked = {"scheme": ("Q4_K_M",), "engine": ("llama.cpp",), "context": "32768", "kv_cache": "f16"}
    answer = ask("Llama-3.1-8B", "RTX 3060", concurrency="64", **asked)
    assert ("nothing_fits", True) == (answer.status, "--concurrency" in answer.nearest_miss.change)
    count = answer.nearest_miss.change.split("--concurrency ")[1].split()[0]
    assert "ok" == ask("Llama-3.1-8B", "RTX 3060", concurrency=count, **asked).status


def test_heads_that_a_cache_type_does_not_fit(ask):
    """Heads of 80 do not divide into blocks of 32: another cache type helps, not more memory."""
    answer = ask("Phi-2", "RTX 3060", kv_cache="q8_0", engine=("llama.cpp",))
    assert "--kv-cache f16" == answer.nearest_miss.change


def test_missing_memory_has_its_size(ask):
    """A model too large says how many gigabytes are missing and which size of memory has them."""
    change = ask("gpt-oss-120b", "RTX 3060 12GB 32GB RAM").nearest_miss.change
    assert ("GiB more main memory", True) == (change.split(" ", 1)[1].split(" (")[0], "--ram 64GB" in change)


def test_another_engine_is_named(ask):
    """gpt-oss-20b on a T4 with vLLM is crushed; llama.cpp runs it as published."""
    lines = ask("gpt-oss-20b", "Tesla T4", engine=("vllm",)).what_would_change
    assert any(line.startswith("--engine llama.cpp: MXFP4_MOE loses 0.0 %") for line in lines)


@pytest.mark.parametrize(("model", "hardware"), [("Llama-3.3-70B", "Ryzen 5 7600 64GB")])
def test_below_reading_speed_it_says_so(ask, model, hardware):
    """A named model that is slower than people read carries a warning, as without a model."""
    answer = ask(model, hardware)
    assert answer.recommendation.predicted.decode_tokens_per_s.value < 5
    assert any("below reading speed" in line for line in answer.warnings)


def test_a_long_wait_for_the_first_token_is_said(ask):
    """Summarising 16 thousand tokens on a small Mac keeps its reader waiting for minutes: the warning
    says so."""
    answer = ask("Qwen3-8B", "M4 16GB", task=("summarisation",), context="16k")
    assert any(
        line.startswith("the first token of a prompt of 16128 tokens takes") for line in answer.warnings
    )


@pytest.mark.parametrize(("machine", "requests"), [("RTX 3060 12GB", "1"), ("RTX 4090", "4")])
def test_a_long_context_is_bought_with_its_cache_before_accuracy(ask, machine, requests):
    """128k tokens of Llama-3.1-8B fit with a 4-bit cache beside weights of three bits or more: nobody is told
    to accept a loss of half of all answers."""
    answer = ask("Llama-3.1-8B", machine, context="128k", concurrency=requests)
    miss = answer.nearest_miss
    assert (answer.status, miss.change) == ("nothing_fits", "--kv-cache q4_0")
    assert miss.plan.loss_pct.value < 3


def test_a_plan_slower_than_reading_names_the_one_that_is_not(ask):
    """A 70B model half in main memory: the most accurate scheme that answers as fast as people read."""
    answer = ask("Llama-3.1-70B", "RTX 3090 + 64GB")
    (line,) = [line for line in answer.what_would_change if "as fast as people read" in line]
    assert line.startswith("IQ2_M on llama.cpp")


def test_no_gguf_of_a_format_that_only_checkpoints_have_is_recommended(ask):
    """llama.cpp's NVFP4 is repacked from checkpoints in it: it is considered when it is named."""
    answer = ask("GLM-4.5-Air", "RTX 4090 + 128GB")
    schemes = [answer.recommendation.scheme, *(plan.scheme for plan in answer.alternatives)]
    assert "GGUF-NVFP4" not in schemes
