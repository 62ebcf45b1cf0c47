"""Text Generation Inference: its launcher's options."""

from __future__ import annotations

import pytest

from advisor.catalog.kernels import backends_of
from advisor.documents.outcome import Placement
from advisor.engines import facts, find_engine

TGI = facts("tgi")


def test_a_prompt_leaves_room_for_one_token(line):
    """`--max-input-tokens` must be below `--max-total-tokens`."""
    assert line("tgi", concurrency=4, memory_share=0.9) == (
        "text-generation-launcher --model-id ./weights --max-input-tokens 8191 --max-total-tokens 8192 "
        "--max-concurrent-requests 4 --cuda-memory-fraction 0.9 --hostname 127.0.0.1 --port 3000"
    )


@pytest.mark.parametrize(
    ("scheme", "word"),
    [
        ("W4A16-INT-autoround-g128", "gptq"),
        ("W4A16-INT-rtn-g128", "compressed-tensors"),
        ("BF16", None),
    ],
)
def test_a_checkpoints_format_is_said(line, scheme, word):
    """Full precision has none."""
    words = line("tgi", scheme).split()
    assert (words[words.index("--quantize") + 1] if "--quantize" in words else None) == word


@pytest.mark.parametrize(
    ("scheme", "word"),
    [("W8A8-FP-dynamic", "fp8"), ("NF4", "bitsandbytes-nf4"), ("BNB-FP4", "bitsandbytes-fp4")],
)
def test_schemes_made_while_loading_have_a_word(line, scheme, word):
    """The word of the method goes before that of the format."""
    assert f" --quantize {word} " in line("tgi", scheme, online=TGI.online[scheme])


def test_gpus_share_matrices_and_the_cache_may_be_fp8(line):
    """`--num-shard` is the degree of tensor parallelism."""
    place = Placement(kind="tensor-parallel", n_gpus=4, tensor_parallel=4)
    assert " --num-shard 4 " in line("tgi", placement=place)
    assert " --kv-cache-dtype fp8_e4m3fn " in line("tgi", kv_type="fp8")


def test_it_is_measured_as_vllm():
    """Nobody's measurements of it are in the fit."""
    assert (TGI.measured, TGI.serves, TGI.splits_matrices) == ("vllm", True, True)


def test_where_it_runs_and_what_it_is_called():
    """Linux with NVIDIA or AMD GPUs."""
    assert (TGI.systems, backends_of("tgi")) == (("linux",), {"cuda", "rocm"})
    assert {"tgi"} == {find_engine(text) for text in ("TGI", "text-generation-inference", "hf-tgi")}
