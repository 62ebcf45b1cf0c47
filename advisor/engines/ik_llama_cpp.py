"""ik_llama.cpp: a fork of llama.cpp with types and CPU kernels of its own."""

from __future__ import annotations

from advisor.engines import _ggml, kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started


def _start(launch: Launch) -> Started:
    repack = ("-rtr",) if launch.backend == "cpu" else ()
    return _ggml.llama_server(launch, "--n-cpu-moe", *repack)


ENGINE = Engine(
    name="ik_llama.cpp",
    aliases=("ik_llama", "ik-llama", "ikllama.cpp"),
    rank=2,
    reads_gguf=True,
    outside_gpu="experts",
    uploads_full_experts_only=True,  # ggml-cuda.cu, offload_op: 32 tokens x experts / experts used
    kv_types=kv_types.GGML,
    version="2026-08",
    port=_ggml.PORT,
    health_path="/health",
    name_of_published=_ggml.hugging_face_name,
    start=_start,
)
