"""vLLM: its command line, its caches, and what several GPUs and nodes change."""

from __future__ import annotations

import pytest

from advisor.catalog.kernels import backends_of
from advisor.documents.outcome import Placement
from advisor.engines import facts, find_engine

VLLM = facts("vllm")


def test_context_and_requests_go_by_vllms_names(line):
    """A checkpoint's own config names its scheme, so no quantization is asked for."""
    assert line("vllm", "W8A8-INT", concurrency=64) == (
        "vllm serve ./weights --max-model-len 8192 --max-num-seqs 64 --host 127.0.0.1 --port 8000"
    )


@pytest.mark.parametrize(
    ("scheme", "word"),
    [
        ("W8A8-FP-dynamic", "fp8_per_channel"),
        ("W8A8-FP-block", "fp8_per_block"),
        ("W8A16-FP", "fp8_per_tensor"),
        ("MXFP8", "mxfp8"),
        ("MXFP4", "mxfp4"),
    ],
)
def test_schemes_made_while_loading_have_a_word(line, scheme, word):
    """`--quantization` with vLLM's name of the online method."""
    assert f" --quantization {word} " in line("vllm", scheme, online=VLLM.online[scheme])


@pytest.mark.parametrize(
    ("kv_type", "flag"), [("fp8", True), ("q8_0", True), ("f16", False), ("auto", False)]
)
def test_eight_bits_of_cache_are_fp8(line, kv_type, flag):
    """Its cache has 16 bits or FP8, whatever eight bits are called."""
    assert (" --kv-cache-dtype fp8 " in line("vllm", kv_type=kv_type)) is flag


@pytest.mark.parametrize(("capability", "half"), [("7.5", True), ("8.0", False), (None, False)])
def test_a_gpu_without_bf16_computes_in_half_precision(line, machine, capability, half):
    """BF16 arithmetic begins with compute capability 8.0; an unknown generation is told nothing."""
    assert (" --dtype half " in line("vllm", hardware=machine(capability))) is half


def test_gpus_share_matrices_layers_and_experts(line):
    """Tensor, pipeline and expert parallelism, and the share of each GPU."""
    place = Placement(
        kind="tensor-parallel", n_gpus=4, tensor_parallel=2, pipeline_parallel=2, expert_parallel=True
    )
    assert line("vllm", placement=place, memory_share=0.85).partition(" --max-num-seqs 1 ")[2] == (
        "--tensor-parallel-size 2 --pipeline-parallel-size 2 --enable-expert-parallel "
        "--gpu-memory-utilization 0.85 --host 127.0.0.1 --port 8000"
    )


def test_gpus_that_share_the_experts_have_requests_of_their_own(line):
    """`--max-num-seqs` is of each rank: 60 requests over eight."""
    place = Placement(kind="data-parallel", n_gpus=8, data_parallel=8, expert_parallel=True)
    assert line("vllm", placement=place, concurrency=60).partition(" --max-model-len 8192 ")[2] == (
        "--max-num-seqs 8 --data-parallel-size 8 --enable-expert-parallel --host 127.0.0.1 --port 8000"
    )


def test_the_other_nodes_run_headless(started, machine):
    """Each rank names the leader; all but the first answer nobody."""
    place = Placement(kind="tensor-parallel", n_gpus=4, tensor_parallel=2, pipeline_parallel=2)
    found = started("vllm", placement=place, hardware=machine(n_gpus=2, nodes=2))
    where = ("--nnodes", "2", "--node-rank")
    assert found.run.argv[-6:] == (*where, "0", "--master-addr", "LEADER_ADDRESS")
    assert [worker.argv[-7:] for worker in found.workers] == [
        (*where, "1", "--master-addr", "LEADER_ADDRESS", "--headless")
    ]


def test_a_gguf_file_needs_the_tokenizer_of_its_repository(line):
    """What the file holds is not enough for vLLM."""
    assert " --tokenizer meta-llama/Llama-3.1-8B-Instruct " in line(
        "vllm", "Q4_K_M", tokenizer="meta-llama/Llama-3.1-8B-Instruct"
    )


def test_what_memory_it_takes_and_how_many_requests_it_keeps():
    """Its defaults: 0.92 of each GPU; 256 requests, 1024 on a large card."""
    assert (VLLM.memory_share, VLLM.slots, VLLM.slots_on_large, VLLM.paged) == (0.92, 256, 1024, True)


def test_where_it_runs_and_what_it_is_called(families):
    """Linux; CUDA, ROCm, XPU and CPU; no GGUF and none of bitsandbytes since their loaders are gone."""
    assert (VLLM.systems, backends_of("vllm")) == (("linux",), {"cuda", "rocm", "xpu", "cpu"})
    assert {"fp8", "int8", "nvfp4", "mxfp4", "gptq", "awq"} <= families["vllm"]
    assert {"vllm"} == {find_engine(text) for text in ("vLLM", "vllm-ascend", "vllm-tpu")}
