"""llama.cpp: names, images, and GPUs of other nodes."""

from __future__ import annotations

import pytest

from advisor.catalog.kernels import backends_of
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.engines import engine_for, facts, find_engine

LLAMA_CPP = facts("llama.cpp")


def test_several_requests_share_one_context(line):
    """`-c` is context times requests, since the slots of `-np` divide it."""
    assert line("llama.cpp", "Q4_K_M", weights="m.gguf", concurrency=4) == (
        "llama-server -m m.gguf -c 32768 -np 4 -ngl 33 --host 127.0.0.1 --port 8080"
    )


@pytest.mark.parametrize(
    ("modality", "downloads", "left_out"),
    [("vision", True, True), ("vision", False, False), ("text", True, False)],
)
def test_a_projector_is_left_out_of_a_download(line, modality, downloads, left_out):
    """`-hf` would fetch and load it, and the plan has no room for it."""
    model = ModelProfile(name="m", source="user", hf_id="o/m", modality=modality)
    words = line("llama.cpp", "Q4_K_M", model=model, weights="o/m-GGUF:Q4_K_M", downloads=downloads)
    assert ("--no-mmproj" in words.split()) is left_out


@pytest.mark.parametrize(
    ("weights", "downloads", "told"),
    [("o/m-GGUF:Q4_K_M", True, ""), ("models/m.gguf", False, "--mmproj models/mmproj-F16.gguf")],
)
def test_a_projector_is_loaded_where_images_are_read(line, weights, downloads, told):
    """`-hf` finds it in the repository; beside a file it is named."""
    model = ModelProfile(name="m", source="user", hf_id="o/m", modality="vision")
    words = line("llama.cpp", "Q4_K_M", model=model, weights=weights, downloads=downloads, images=True)
    assert ("--no-mmproj" in words, told in words) == (False, True)


def test_other_nodes_lend_their_gpus(started, machine):
    """`--rpc` names each lender; that a lender is open to whoever reaches it is said."""
    place = Placement(kind="multi-gpu", n_gpus=4, gpu_layers=33, n_layers=32)
    found = started("llama.cpp", placement=place, hardware=machine(n_gpus=2, nodes=2))
    assert found.run.argv[found.run.argv.index("--rpc") + 1] == "WORKER_1_ADDRESS:50052"
    assert [worker.argv for worker in found.workers] == [("rpc-server", "-H", "0.0.0.0", "-p", "50052")]
    assert found.warnings == (
        "rpc-server asks nobody for a password: close port 50052 to all but these nodes",
    )


def test_experts_alone_may_stay_in_main_memory(line):
    """`-ncmoe` counts the layers whose experts do."""
    place = Placement(kind="experts-on-cpu", n_gpus=1, gpu_layers=49, n_layers=48, cpu_expert_layers=30)
    assert " -ngl 49 -ncmoe 30 -t 8 " in line("llama.cpp", placement=place)
    assert LLAMA_CPP.outside_gpu == "experts"


def test_published_files_are_fetched_by_repository_and_scheme():
    """`-hf repository:scheme`."""
    assert LLAMA_CPP.name_of_published("o/m-GGUF", "Q4_K_M", None) == "o/m-GGUF:Q4_K_M"


def test_every_image_is_of_one_backend():
    """Its tags name the backend; plain `server` is for processors."""
    assert {image.rpartition(":")[2] for image in LLAMA_CPP.images.values()} == {
        "server",
        "server-cuda",
        "server-rocm",
        "server-vulkan",
        "server-intel",
    }


def test_where_it_runs_and_what_it_is_called(families):
    """Every backend of ggml; it is what GGUF means when no engine is named."""
    assert backends_of("llama.cpp") == {
        *("cuda", "rocm", "metal", "vulkan", "sycl", "opencl", "cann", "webgpu", "cpu")
    }
    assert (engine_for("gguf"), LLAMA_CPP.spans_nodes, LLAMA_CPP.by_default) == ("llama.cpp", True, True)
    assert {"llama.cpp"} == {find_engine(text) for text in ("llama-server", "koboldcpp", "llama-cpp-python")}
