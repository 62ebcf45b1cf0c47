"""llama.cpp: llama-server."""

from __future__ import annotations

from advisor.engines import _ggml, kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, words

_BUILDS = {
    "cpu": "server",
    "cuda": "server-cuda",
    "rocm": "server-rocm",
    "vulkan": "server-vulkan",
    "sycl": "server-intel",
}
_IMAGES = {backend: f"ghcr.io/ggml-org/llama.cpp:{build}" for backend, build in _BUILDS.items()}
"""https://github.com/ggml-org/llama.cpp/blob/master/docs/docker.md"""


def _start(launch: Launch) -> Started:
    # -hf fetches and loads the projector of a model with images, which the plan leaves out
    text_only = launch.downloads and (launch.model.modality or "text") != "text"
    return _ggml.llama_server(launch, "-ncmoe", *words("--no-mmproj" if text_only else None))


ENGINE = Engine(
    name="llama.cpp",
    aliases=(
        "llama-server",
        "llamacpp",
        "llama cpp",
        "llama-cpp-python",
        "localscore",
        "koboldcpp",
    ),
    rank=0,
    by_default=True,
    formats=("gguf",),
    reads_gguf=True,
    ggml_builds=_ggml.ALL_BUILDS,
    outside_gpu="experts",
    kv_types=kv_types.GGML,
    program="llama-server",
    version="2026-08",
    images=_IMAGES,
    image_program="/app/llama-server",
    port=_ggml.PORT,
    health_path="/health",
    name_of_published=_ggml.hugging_face_name,
    start=_start,
)
