"""llama-server's words, which llama.cpp and its forks share."""

from __future__ import annotations

import pytest

from advisor.documents.hardware import Cpu
from advisor.documents.outcome import DeviceMemory, Placement
from advisor.engines._ggml import as_path, hugging_face_name, llama_server

GIB = 2**30


def gpus(*sizes_gib: int | None) -> tuple[DeviceMemory, ...]:
    """GPUs by number that may hold so much."""
    return tuple(
        DeviceMemory(device=f"GPU {number}: card", available_bytes=size and size * GIB)
        for number, size in enumerate(sizes_gib)
    )


@pytest.fixture
def words(launch):
    """Changes of the launch -> llama-server's words between the slots and the address."""

    def made(**changes) -> str:
        line = " ".join(llama_server(launch("Q4_K_M", **changes), "-ncmoe").run.argv)
        return line.partition(" -np 1 ")[2].partition("--host")[0].strip()

    return made


@pytest.mark.parametrize(
    ("kv_type", "more"), [("q8_0", " -ctk q8_0 -ctv q8_0 -fa on"), ("f16", ""), ("bf16", ""), ("auto", "")]
)
def test_a_quantized_cache_brings_flash_attention(words, kv_type, more):
    """A quantized V cache is refused without it."""
    assert words(kv_type=kv_type) == f"-ngl 33{more}"


def test_a_processor_alone_takes_no_layer_and_all_its_threads(words):
    """Placed there, or a machine of which nothing but the backend is known."""
    assert words(placement=Placement(kind="cpu", n_layers=32)) == "-ngl 0 -t 8"
    assert words(placement=None, backend="cpu") == "-t 8"
    assert words(placement=None) == ""


def test_threads_are_spread_over_both_sockets(words, machine):
    """Reading from the far socket's memory halves the speed."""
    two = machine(cpu=Cpu(sockets=2))
    assert words(placement=Placement(kind="cpu"), hardware=two) == "-ngl 0 -t 8 --numa distribute"


@pytest.mark.parametrize(
    ("sizes", "split"),
    [((22, 11), " -ts 22,11"), ((22, 22), ""), ((22, None), "")],
)
def test_unequal_gpus_hold_by_their_memory(words, machine, sizes, split):
    """Equal shares are the default; unknown memory states none."""
    place = Placement(kind="multi-gpu", n_gpus=2, gpu_layers=33, n_layers=32, devices=gpus(*sizes))
    assert words(placement=place, hardware=machine(n_gpus=2)) == f"-ngl 33 -sm layer{split}"


def test_layers_as_the_plan_lays_them_go_before_memory(words, machine):
    """llama.cpp cuts the layers before experts leave the GPUs."""
    place = Placement(
        kind="multi-gpu", n_gpus=2, gpu_layers=33, devices=gpus(22, 11), layers_per_gpu=(21, 12)
    )
    assert words(placement=place, hardware=machine(n_gpus=2)) == "-ngl 33 -sm layer -ts 21,12"


def test_matrices_are_split_by_rows(words, machine):
    """Tensor parallelism is `-sm row`."""
    place = Placement(kind="tensor-parallel", n_gpus=2, gpu_layers=33, tensor_parallel=2)
    assert words(placement=place, hardware=machine(n_gpus=2)) == "-ngl 33 -sm row"


@pytest.mark.parametrize(
    ("backend", "devices"),
    [("cuda", " --device CUDA0,CUDA1"), ("vulkan", " --device Vulkan0,Vulkan1"), ("metal", "")],
)
def test_gpus_that_the_plan_leaves_alone_are_left_alone(words, machine, backend, devices):
    """llama.cpp would take all four; a backend with one GPU has no numbers."""
    place = Placement(kind="multi-gpu", n_gpus=2, gpu_layers=33, devices=gpus(22, 22))
    found = words(placement=place, hardware=machine(n_gpus=4), backend=backend)
    assert found == f"-ngl 33 -sm layer{devices}"


def test_a_path_is_no_option():
    """A file whose name begins with a dash stays a file; `-hf` takes a repository and a scheme."""
    assert (as_path("-m.gguf"), as_path("m.gguf")) == ("./-m.gguf", "m.gguf")
    assert hugging_face_name("o/m-GGUF", "Q4_K_M", "m:q4") == "o/m-GGUF:Q4_K_M"
