"""llama.cpp: llama-server."""

from __future__ import annotations

from advisor.engines import _ggml, kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started


def _start(launch: Launch) -> Started:
    return _ggml.llama_server(launch, "-ncmoe")


ENGINE = Engine(
    name="llama.cpp",
    aliases=(
        "llama-server",
        "llamacpp",
        "llama cpp",
        "llama-cpp-python",
        "lm studio",
        "llamafile",
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
    image="ghcr.io/ggml-org/llama.cpp:server",
    port=_ggml.PORT,
    health_path="/health",
    name_of_published=_ggml.hugging_face_name,
    start=_start,
)
