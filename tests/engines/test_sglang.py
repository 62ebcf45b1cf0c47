"""SGLang: its command line, its caches, and several nodes."""

from __future__ import annotations

import pytest

from advisor.catalog.kernels import backends_of
from advisor.documents.outcome import Placement
from advisor.engines import facts

SGLANG = facts("sglang")


def test_context_requests_and_memory_go_by_sglangs_names(line):
    """The share of memory is static: scratch comes on top."""
    assert line("sglang", "W4A16-INT-awq-g128", concurrency=16, kv_type="fp8", memory_share=0.85) == (
        "python -m sglang.launch_server --model-path ./weights --context-length 8192 "
        "--max-running-requests 16 --mem-fraction-static 0.85 --kv-cache-dtype fp8_e4m3 "
        "--host 127.0.0.1 --port 30000"
    )


@pytest.mark.parametrize(
    ("scheme", "family", "words"),
    [
        ("W8A8-FP-dynamic", "W8A8-FP-dynamic", "--quantization fp8 "),
        ("MXFP8", "MXFP8", "--quantization mxfp8 "),
        ("NF4", "bnb", "--quantization bitsandbytes --load-format bitsandbytes "),
    ],
)
def test_schemes_made_while_loading_have_a_word(line, scheme, family, words):
    """bitsandbytes needs a loader of its own beside the word."""
    assert words in line("sglang", scheme, online=SGLANG.online[family])


def test_experts_are_spread_over_the_gpus_that_share_matrices(line):
    """`--ep-size` is the degree of tensor parallelism."""
    place = Placement(kind="tensor-parallel", n_gpus=8, tensor_parallel=8, expert_parallel=True)
    assert " --tp-size 8 --ep-size 8 " in line("sglang", placement=place)


def test_every_rank_meets_at_the_leader(started, machine):
    """The commands of the nodes differ in the rank alone."""
    place = Placement(kind="tensor-parallel", n_gpus=4, tensor_parallel=2, pipeline_parallel=2)
    found = started("sglang", placement=place, hardware=machine(n_gpus=2, nodes=2))
    assert found.run.argv[-6:] == (
        *("--dist-init-addr", "LEADER_ADDRESS:5000", "--nnodes", "2", "--node-rank", "0"),
    )
    assert [worker.argv for worker in found.workers] == [(*found.run.argv[:-1], "1")]


def test_what_memory_it_takes_and_how_many_requests_it_keeps():
    """0.85 of each GPU for weights and cache, 2048 requests; an FP8 cache from Ampere on."""
    assert (SGLANG.memory_share, SGLANG.slots, SGLANG.fp8_cache_from) == (0.85, 2048, "8.0")


def test_where_it_runs(families):
    """Linux with NVIDIA or AMD GPUs; it reads GGUF and bitsandbytes beside checkpoints."""
    assert (SGLANG.systems, backends_of("sglang")) == (("linux",), {"cuda", "rocm"})
    assert {"gguf-k", "bnb", "fp8", "awq", "gptq"} <= families["sglang"]


def test_gpus_that_share_the_experts_have_requests_of_their_own(line):
    """`--max-running-requests` is of all ranks together."""
    place = Placement(kind="data-parallel", n_gpus=8, data_parallel=8, expert_parallel=True)
    words = line("sglang", placement=place, concurrency=60)
    assert "--max-running-requests 60 --tp-size 8 --dp-size 8 --enable-dp-attention --ep-size 8 " in words
