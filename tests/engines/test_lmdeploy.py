"""LMDeploy: TurboMind's command line, caches and checkpoints."""

from __future__ import annotations

import pytest

from advisor.catalog.kernels import backends_of
from advisor.documents.outcome import Placement
from advisor.engines import facts, find_engine

LMDEPLOY = facts("lmdeploy")


def test_context_requests_and_memory_go_by_lmdeploys_names(line):
    """The share of memory is of what the weights leave."""
    place = Placement(kind="tensor-parallel", n_gpus=2, tensor_parallel=2)
    assert line("lmdeploy", placement=place, memory_share=0.8, concurrency=8) == (
        "lmdeploy serve api_server ./weights --backend turbomind --tp 2 --session-len 8192 "
        "--max-batch-size 8 --cache-max-entry-count 0.8 --server-name 127.0.0.1 --server-port 23333"
    )


@pytest.mark.parametrize(
    ("scheme", "form"),
    [
        ("W8A8-FP-block", "fp8"),
        ("MXFP4", "mxfp4"),
        ("W4A16-INT-awq-g128", "awq"),
        ("W4A16-INT-rtn-g128", "compressed-tensors"),
        ("W4A16-INT-autoround-g128", "gptq"),
        ("BF16", None),
    ],
)
def test_turbomind_is_told_the_form_of_the_checkpoint(line, scheme, form):
    """By its own names; full precision needs none."""
    words = line("lmdeploy", scheme).split()
    assert (words[words.index("--model-format") + 1] if "--model-format" in words else None) == form


@pytest.mark.parametrize(("kv_type", "policy"), [("q8_0", "8"), ("q4_0", "4"), ("f16", None), ("auto", None)])
def test_its_cache_is_quantized_to_integers(line, kv_type, policy):
    """`--quant-policy` 8 is INT8 and 4 is INT4."""
    words = line("lmdeploy", kv_type=kv_type).split()
    assert (words[words.index("--quant-policy") + 1] if "--quant-policy" in words else None) == policy


def test_turbomind_has_no_fp8_cache():
    """FP8 is the PyTorch backend's alone, and TurboMind refuses it."""
    assert LMDEPLOY.kv_types == ("f16", "bf16", "q8_0", "q4_0")


def test_it_quantizes_with_awq_itself(launch):
    """`lmdeploy lite auto_awq`; what is no AWQ is made as usual."""
    (made,) = LMDEPLOY.make(launch("W4A16-INT-awq-g128"), "source", "out")
    assert " ".join(made.argv) == (
        "lmdeploy lite auto_awq source --w-bits 4 --w-group-size 128 --calib-samples 128 "
        "--calib-seqlen 2048 --work-dir out"
    )
    assert LMDEPLOY.make(launch("W4A16-INT-gptq-g128"), "source", "out") is None


def test_where_it_runs_and_what_it_is_called(families):
    """NVIDIA GPUs, Windows as well; checkpoints as they are trained, and quantized ones."""
    assert (LMDEPLOY.systems, backends_of("lmdeploy")) == (("linux", "windows"), {"cuda"})
    assert families["lmdeploy"] == {"none", "fp8", "mxfp4", "gptq", "awq", "autoround", "rtn"}
    assert find_engine("TurboMind") == "lmdeploy"
