"""Tensor parallelism divides heads, widths, groups and blocks, as the engines check it."""

from __future__ import annotations

import pytest

from advisor.catalog.resolve import resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.engines import facts
from advisor.sizing.cache_layout import cache_layout
from advisor.sizing.tensor_parallel import divisions, refusal


def widest(model: str, scheme: str, gpus: int = 8, engine: str = "vllm") -> list[tuple[int, bool]]:
    """(tensor parallel, experts whole) of every valid division."""
    profile = resolve_model(model)
    found = divisions(profile, find_scheme(scheme), cache_layout(profile), facts(engine), gpus)
    return [(one.tensor_parallel, one.expert_parallel) for one in found]


@pytest.mark.parametrize(
    ("model", "scheme", "expected"),
    [
        # 29568 / 2 = 14784 holds no whole groups of 128, but groups of 32
        ("Qwen2.5-VL-72B", "W4A16-INT-gptq-g128", [(1, False)]),
        # Qwen's own copies are filled up to 29696 = 8 x 29 x 128
        ("Qwen2.5-72B", "W4A16-INT-gptq-g128", [(8, False), (4, False), (2, False), (1, False)]),
        (
            "Qwen/Qwen2.5-72B-Instruct-AWQ",
            "W4A16-INT-awq-g128",
            [(8, False), (4, False), (2, False), (1, False)],
        ),
        ("Qwen2.5-72B", "W4A16-INT-gptq-g32", [(4, False), (2, False), (1, False)]),
        ("Qwen2.5-14B", "W4A16-INT-awq-g128", [(4, False), (2, False), (1, False)]),
        # experts of 1536 / 8 = 192: whole on each GPU instead
        ("Qwen3-235B-A22B", "W4A16-INT-awq-g128", [(8, True), (4, False), (2, False), (1, False)]),
        ("Qwen3-30B-A3B", "W4A16-INT-awq-g128", [(8, True), (4, True), (2, False), (1, False)]),
        # the shared expert of 1408 does not divide either
        ("GLM-4.5-Air", "W4A16-INT-awq-g128", [(1, False)]),
        # published in blocks of 128, experts of 1536
        ("MiniMax-M2", "W8A8-FP-block", [(8, True), (4, False), (2, False), (1, False)]),
        ("DeepSeek-V3.1", "W8A8-FP-block", [(8, False), (4, False), (2, False), (1, False)]),
        # a width of 2880 holds no groups of 128 at all
        ("gpt-oss-120b", "W4A16-INT-awq-g128", []),
        ("gpt-oss-120b", "MXFP4", [(8, False), (4, False), (2, False), (1, False)]),
        ("Llama-3.3-70B", "W8A8-FP-dynamic", [(8, False), (4, False), (2, False), (1, False)]),
    ],
)
def test_what_divides(model, scheme, expected):
    """Cases that engines refused, and the widest division they accept."""
    assert widest(model, scheme) == expected


def test_blocks_of_128_divide_like_groups():
    """Experts of 1536 / 8 = 192 hold no whole blocks: four GPUs, or eight with whole experts."""
    assert widest("Qwen3-235B-A22B", "W8A8-FP-block")[:2] == [(8, True), (4, False)]
    assert widest("Qwen3-30B-A3B", "W8A8-FP-block", 4)[:2] == [(4, True), (2, False)]
    published = resolve_model("Qwen/Qwen3-235B-A22B-FP8")
    assert published.fixed_scheme == "W8A8-FP-block"
    assert "192 is no multiple of the group of 128" in refusal(published, find_scheme("W8A8-FP-block"), 8)


def test_five_gpus_do_not_divide_llama_2_13b():
    """40 heads divide by five, the feed-forward width of 13824 does not."""
    model = resolve_model("Llama-2-13B")
    assert refusal(model, find_scheme("BF16"), 5) == ("feed-forward width of 13824 does not divide by 5")


def test_engines_that_split_layers_only_stay_on_one_gpu():
    """ExLlama has no tensor parallelism here."""
    assert widest("Llama-3.1-8B", "EXL3-4.0bpw", engine="exllamav3") == [(1, False)]
