"""LM Studio: llama.cpp's kernels behind its own server and command line (https://lmstudio.ai/docs/cli)."""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, flags, safe_name, words

PORT = 1234


def _start(launch: Launch) -> Started:
    name = safe_name(launch.model).lower()
    place = launch.placement
    share = (
        0.0 if place is None or place.kind == "cpu" else min(1.0, place.gpu_layers / (place.n_layers or 1))
    )
    if launch.downloads:
        get = Command(argv=words("lms", "get", "--yes", launch.weights))
    else:
        get = Command(argv=words("lms", "import", "--yes", launch.weights))
    load = words("lms", "load", name, "--identifier", name)
    load += flags(context_length=launch.context_tokens, gpu=f"{share:.2f}" if share < 1 else "max")
    return Started(
        run=Command(argv=words("lms", "server", "start", "--port", PORT)),
        then=(get, Command(argv=load)),
        warnings=("LM Studio keeps KV type, parallel requests and address in its own settings",),
    )


def _published(repository: str, scheme: str, ollama_tag: str | None) -> str:
    return f"https://huggingface.co/{repository}@{scheme}"


ENGINE = Engine(
    name="lm-studio",
    aliases=("lm studio", "lmstudio"),
    rank=13,
    reads_gguf=True,
    ggml_builds=("cuda", "rocm", "vulkan", "metal", "cpu"),
    ggml_note="imported into LM Studio",
    ggml_source="https://lmstudio.ai/docs/app/system-requirements",
    measured_as="llama.cpp",
    kv_types=("f16",),
    program="lms",
    version="2026-08",
    port=PORT,
    health_path="/v1/models",
    name_of_published=_published,
    start=_start,
)
