"""TensorRT-LLM: its command line and its checkpoints."""

from __future__ import annotations

import pytest

from advisor.catalog.kernels import backends_of
from advisor.documents.outcome import Placement
from advisor.engines import facts, find_engine

TRTLLM = facts("tensorrt-llm")


def test_options_are_spelled_with_underscores(line):
    """Two GPUs share every matrix, and experts lie whole on one of them."""
    place = Placement(kind="tensor-parallel", n_gpus=2, tensor_parallel=2, expert_parallel=True)
    assert line("tensorrt-llm", placement=place, memory_share=0.9, concurrency=8) == (
        "trtllm-serve ./weights --backend pytorch --tp_size 2 --ep_size 2 --max_batch_size 8 "
        "--max_seq_len 8192 --kv_cache_free_gpu_memory_fraction 0.9 --host 127.0.0.1 --port 8000"
    )


def test_an_fp8_cache_is_an_entry_of_its_yaml(started):
    """No option asks for it; sixteen bits need no file."""
    eight, full = (started("tensorrt-llm", kv_type=kind).run for kind in ("fp8", "f16"))
    assert [file.text for file in eight.files] == ["kv_cache_config:\n  dtype: fp8\n"]
    assert eight.argv[eight.argv.index("--extra_llm_api_options") + 1] == eight.files[0].name
    assert (full.files, "--extra_llm_api_options" in full.argv) == ((), False)


@pytest.mark.parametrize(
    ("scheme", "form"),
    [
        ("W8A8-FP-static", "fp8"),
        ("NVFP4", "nvfp4"),
        ("W4A16-INT-awq-g128", "int4_awq"),
        ("W4A8-FP-awq-g128", "w4a8_awq_beta"),
    ],
)
@pytest.mark.parametrize(("kv_type", "cache"), [("f16", "none"), ("fp8", "fp8")])
def test_model_optimizer_makes_its_checkpoints(launch, scheme, form, kv_type, cache):
    """By its own name of the scheme, with the cache that the plan has."""
    get, made = TRTLLM.make(launch(scheme, kv_type=kv_type), "meta-llama/Llama-3.1-8B", "out")
    assert get.argv[-1] == "https://github.com/NVIDIA/Model-Optimizer"
    assert " ".join(made.argv[2:]) == (
        f"--pyt_ckpt_path meta-llama/Llama-3.1-8B --qformat {form} --kv_cache_qformat {cache} "
        "--export_path out"
    )


def test_other_schemes_are_made_as_usual(launch):
    """Model-Optimizer has no GPTQ."""
    assert TRTLLM.make(launch("W4A8-FP-gptq-g128"), "source", "out") is None


def test_where_it_runs_and_what_it_is_called(families):
    """NVIDIA GPUs under Linux; NIM is the same engine."""
    assert (TRTLLM.systems, backends_of("tensorrt-llm")) == (("linux",), {"cuda"})
    assert families["tensorrt-llm"] == {"none", "fp8", "nvfp4", "mxfp4", "awq", "gptq"}
    assert {"tensorrt-llm"} == {find_engine(text) for text in ("TRT-LLM", "trtllm", "NIM", "TensorRT LLM")}
