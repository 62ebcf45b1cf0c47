"""Room for what the requests use; a context nobody asked for is soft."""

import pytest

from advisor.documents.hardware import Cpu, HardwareProfile, Memory
from advisor.documents.requirements import Load, Requirements
from advisor.errors import UsageError
from advisor.recommendation.context_room import check_prompts, free_now, largest, rooms


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, (8192, 1280)),
        ({"context": "4096"}, (4096,)),
        ({"context": "max"}, (1280,)),
        ({"concurrency": "64"}, (1280,)),
        ({"concurrency": "64", "context": "8k"}, (8192,)),
        ({"task": ("agent",)}, (16640,)),
    ],
)
def test_rooms(need_of, stated, expected):
    """What was asked for is kept; several requests reserve their own length, one gets the usual room."""
    model, need = need_of("Llama-3.1-8B", **stated)
    assert expected == rooms(need, model)


def test_a_short_model_keeps_no_more_than_it_reads(need_of):
    """No room beyond the context of the model."""
    model, _ = need_of("Llama-2-7B")
    assert (4096, 1280) == rooms(Requirements(loads=(Load(),)), model)


def test_a_prompt_longer_than_the_model_reads_is_refused(need_of):
    """Nothing is predicted for a prompt that no context of the model holds; one that fills it passes."""
    model, _ = need_of("Llama-3.1-8B")
    with pytest.raises(UsageError, match=r"reads at most 131072 tokens and a prompt has 131073"):
        check_prompts(Requirements(loads=(Load(), Load(prompt_tokens=131073))), model)
    check_prompts(Requirements(loads=(Load(prompt_tokens=131072),)), model)


@pytest.mark.parametrize(("fits", "expected"), [(None, 1280), (900, 1280), (5000, 4864), (99999, 8192)])
def test_largest(fits, expected):
    """Between the least and the wanted, in whole blocks of the cache."""
    assert expected == largest(1280, 8192, fits)


def test_many_requests_reserve_their_own_lengths(ask):
    """64 requests of 1024+256 tokens on two A100: the same plan as with their context stated, INT8
    arithmetic, not the four bits that room for 64 x 8192 would force."""
    soft = ask("Llama-3.1-70B", "2x A100 80GB", concurrency="64", engine=("vllm",), objective="speed")
    stated = ask(
        "Llama-3.1-70B", "2x A100 80GB", concurrency="64", engine=("vllm",), objective="speed", context="1280"
    )
    assert ("W8A8-INT", 1280) == (soft.recommendation.scheme, soft.recommendation.context_tokens)
    assert soft.recommendation.scheme == stated.recommendation.scheme


def test_many_requests_do_not_crush_the_model(ask):
    """llama3.1:8b on 24 GB at 32 requests loses nothing anybody could see (room for 32 x 8192 made it
    7 %)."""
    assert ask("llama3.1:8b", "RTX 4090", concurrency="32").recommendation.loss_pct.value < 1


def test_an_unstated_context_never_costs_accuracy(ask):
    """Where the usual room pushes a model down to a visible loss, the room shrinks and the answer says so."""
    soft = ask("Qwen3-14B", "RTX 3060 Ti")
    hard = ask("Qwen3-14B", "RTX 3060 Ti", context="8192")
    assert soft.recommendation.loss_pct.value < hard.recommendation.loss_pct.value
    assert soft.recommendation.context_tokens < 8192
    assert any("--context 8192" in line for line in soft.warnings)


def test_context_max(ask):
    """`--context max` keeps as much as fits, and not more than the model reads."""
    plan = ask(
        "Qwen3-8B", "RTX 4090", context="max", scheme=("Q4_K_M",), engine=("llama.cpp",)
    ).recommendation
    assert 32768 <= plan.context_tokens <= 40960


GIB = 2**30


@pytest.mark.parametrize(
    ("source", "free", "said"),
    [
        ("probe", 20 * GIB, ["20.0 of 32.0 GiB of main memory"]),
        ("probe", None, []),
        ("inventory", 20 * GIB, []),
    ],
)
def test_an_answer_says_that_it_rests_on_free_memory(source, free, said):
    """Of this machine, where it was read; another tool's inventory speaks for itself."""
    memory = Memory(total_bytes=32 * GIB, available_bytes=free)
    machine = HardwareProfile(name="m", source=source, cpu=Cpu(architecture="x86_64"), memory=memory)
    assert said == [note.partition("(")[2].partition(")")[0] for note in free_now(machine)]
