"""ik_llama.cpp: what differs from llama.cpp."""

from __future__ import annotations

from advisor.catalog.kernels import backends_of
from advisor.documents.outcome import Placement
from advisor.engines import facts, find_engine

IK = facts("ik_llama.cpp")


def test_weights_on_a_processor_are_repacked_while_loading(line):
    """`-rtr`, which llama.cpp does unasked; beside a GPU it would lose the speed of uploads."""
    cpu = Placement(kind="cpu", n_layers=32)
    assert line("ik_llama.cpp", "Q4_K_M", placement=cpu, backend="cpu") == (
        "llama-server -m ./weights -c 8192 -np 1 -ngl 0 -t 8 -rtr --host 127.0.0.1 --port 8080"
    )
    assert "-rtr" not in line("ik_llama.cpp", "Q4_K_M").split()


def test_its_flag_for_experts_is_written_out(line):
    """`--n-cpu-moe`, which has no short form there."""
    place = Placement(kind="experts-on-cpu", n_gpus=1, gpu_layers=49, n_layers=48, cpu_expert_layers=30)
    assert " --n-cpu-moe 30 " in line("ik_llama.cpp", placement=place)


def test_a_batch_goes_to_the_gpu_when_it_fills_every_expert():
    """Its rule for experts in main memory, unlike llama.cpp's."""
    assert (IK.uploads_full_experts_only, facts("llama.cpp").uploads_full_experts_only) == (True, False)


def test_where_it_runs_and_what_it_is_called(families):
    """CUDA and processors; types of its own are among the i-quants."""
    assert (backends_of("ik_llama.cpp"), find_engine("ik-llama")) == ({"cuda", "cpu"}, "ik_llama.cpp")
    assert {"gguf-legacy", "gguf-k", "gguf-i"} <= families["ik_llama.cpp"]
