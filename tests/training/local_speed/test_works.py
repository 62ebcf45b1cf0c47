"""A measured row becomes the work of the formula."""

from __future__ import annotations

import math
from typing import Any

import pytest

from advisor.prediction.local_speed.work import Device, Work
from advisor.training.local_speed.machines import gpu_of
from advisor.training.local_speed.works import NOBODY_SAYS, base_scheme, model_of, work_of

NAN = math.nan
RECORD = {
    "hardware": "RTX 4090",
    "device": "GeForce RTX 4090",
    "backend": "cuda",
    "engine": "llama.cpp",
    "model": "Qwen3-8B",
    "model_name": "Qwen3-8B",
    "params_b": 8.19,
    "active_params_b": NAN,
    "arch": "",
    "scheme": "Q4_K_M",
    "scheme_name": "Q4_K_M",
    "file_gib": NAN,
    "flags": "",
    "phase": "decode",
    "prompt_tokens": NAN,
    "gen_tokens": NAN,
    "depth": NAN,
    "concurrency": NAN,
    "ubatch": NAN,
    "flash_attn": NAN,
    "n_devices": 1.0,
    "ngl": "",
    "on_cpu": "",
}
"""A row of a dense model on one card whose source says nothing else."""


def work(**stated: Any) -> Work | str:
    """The work of the row that states so much, or why there is none."""
    record = RECORD | stated
    device = gpu_of(record, "llama.cpp")
    assert isinstance(device, Device)
    return work_of(record, model_of(record), device, None, "llama.cpp")


def known(**stated: Any) -> Work:
    """The work of a row that says enough."""
    found = work(**stated)
    assert isinstance(found, Work)
    return found


def test_sizes_come_from_the_scheme() -> None:
    """Qwen3-8B under Q4_K_M: some 5 GB held, of which all but the embedding is read for a token."""
    (share,) = known().shares
    assert 4.9e9 < share.held_bytes < 5.2e9
    assert share.read_bytes < share.held_bytes
    assert known().family == "Q4_K"


def test_what_a_source_leaves_unsaid_is_llama_bench_s() -> None:
    """Prompts of 512 tokens in micro batches of 512, attention on its default."""
    found = known()
    assert (found.prompt_tokens, found.batch, found.flash_attn) == (512.0, 512.0, None)
    assert known(prompt_tokens=4096.0, ubatch=2048.0, flash_attn=1.0).batch == 2048.0


def test_many_sequences_are_written_together() -> None:
    """Four requests are one step of four."""
    assert known(concurrency=4.0).sequences == 4


def test_a_deeper_context_attends_to_more() -> None:
    """By its depth, in both phases."""
    for phase in ("decode", "prefill"):
        shallow, deep = known(phase=phase, depth=0.0), known(phase=phase, depth=16384.0)
        assert deep.attention_flops > 2 * shallow.attention_flops


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ({"ngl": "0"}, NOBODY_SAYS),
        ({"on_cpu": "ffn"}, NOBODY_SAYS),
        ({"ngl": "20"}, "part of the model ran on a CPU that nobody names"),
        (
            {"scheme": "Zed", "scheme_name": "", "model": "zed", "model_name": ""},
            "scheme of unknown size",
        ),
    ],
)
def test_a_row_that_says_too_little_has_a_reason(stated: dict[str, Any], why: str) -> None:
    """Nothing is guessed of a split between card and processor, nor of a scheme."""
    assert work(**stated) == why


def test_a_maker_s_words_for_a_mix_are_no_scheme() -> None:
    """What stands around llama.cpp's name is taken off."""
    names = ["Q4_K_M", "mix-Q4_K_M", "Q4_K_M-pure", "bartowski/Q4_K_M"]
    assert {base_scheme({"scheme": name, "scheme_name": ""}) for name in names} == {"Q4_K_M"}


def test_a_model_that_no_row_names_has_its_counts() -> None:
    """Parameters in all and in use, as the source states them."""
    found = model_of(
        RECORD | {"model": "Zed 30B-A3B", "model_name": "", "params_b": 30.0, "active_params_b": 3.0}
    )
    assert (found.n_params, found.n_active_params) == (30_000_000_000, 3_000_000_000)
