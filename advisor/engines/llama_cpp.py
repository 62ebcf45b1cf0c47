"""llama.cpp: llama-server."""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.engines import _ggml, kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, words

_RPC_PORT = 50052
"""rpc-server's own default."""
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
    # -hf fetches and loads the projector of a model with images, unless it is told not to
    sees = (launch.model.modality or "text") != "text"
    more = words("--no-mmproj" if sees and launch.downloads and not launch.images else None)
    if sees and launch.images and not launch.downloads:
        more += words("--mmproj", _ggml.projector_of(launch.weights))
    if launch.nodes == 1:
        return _ggml.llama_server(launch, "-ncmoe", *more)
    # https://github.com/ggml-org/llama.cpp/blob/master/tools/rpc/README.md
    lent = [f"WORKER_{rank}_ADDRESS:{_RPC_PORT}" for rank in range(1, launch.nodes)]
    started = _ggml.llama_server(launch, "-ncmoe", *more, "--rpc", ",".join(lent))
    lend = Command(argv=words("rpc-server", "-H", "0.0.0.0", "-p", _RPC_PORT))
    said = f"rpc-server asks nobody for a password: close port {_RPC_PORT} to all but these nodes"
    return started._replace(workers=(lend,) * len(lent), warnings=(*started.warnings, said))


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
    spans_nodes=True,
    kv_types=kv_types.GGML,
    program="llama-server",
    version="2026-08",
    images=_IMAGES,
    image_program="/app/llama-server",
    port=_ggml.PORT,
    health_path="/health",
    # https://github.com/ggml-org/llama.cpp/blob/master/common/common.cpp (fs_get_cache_directory)
    weights_folders=("$LLAMA_CACHE", "~/.cache/llama.cpp", "~/Library/Caches/llama.cpp"),
    name_of_published=_ggml.hugging_face_name,
    start=_start,
)
