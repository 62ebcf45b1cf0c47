"""Ollama: a server with llama.cpp's kernels. Settings: https://docs.ollama.com/faq, import:
https://docs.ollama.com/import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from advisor.documents.deployment import Command, TextFile
from advisor.engines import kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import DEFAULT_HOST, Launch, Started, safe_name, words
from advisor.errors import UnsupportedError

PORT = 11434
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\"]")


def tag(launch: Launch) -> str:
    """The name the model goes by: a published tag, or the one it is created under."""
    if launch.downloads:
        return launch.weights
    return f"{safe_name(launch.model)}:{launch.scheme.name.replace('#', '-sharp')}".lower()


def modelfile(launch: Launch, weights: str | None = None) -> str:
    """A Modelfile; `num_ctx` is per request, Ollama multiplies it by the parallel requests.

    It begins with a published model by its name, or with a file by its path. A GGUF file carries its chat
    template, which Ollama reads; UnsupportedError for a path that a Modelfile
    cannot hold (it has no escape for a quotation mark or a line break).
    """
    published = launch.downloads and weights is None
    source = launch.weights if published else modelfile_path(weights or launch.weights)
    lines = [
        f"FROM {source}",
        f"PARAMETER num_ctx {launch.context_tokens}",
    ]
    if launch.placement is not None:
        layers = 0 if launch.placement.kind == "cpu" else launch.placement.gpu_layers
        lines.append(f"PARAMETER num_gpu {layers}")
        if launch.threads and launch.placement.kind in ("cpu", "split"):
            lines.append(f"PARAMETER num_thread {launch.threads}")
    return "\n".join(lines) + "\n"


def modelfile_path(path: str) -> str:
    """*path* as a Modelfile takes it; UnsupportedError for one it cannot hold."""
    if _UNWRITABLE.search(path):
        raise UnsupportedError(f"a Modelfile cannot name {path!r}: rename the file")
    path = path if path.startswith(("/", "./", "~")) or re.match(r"[A-Za-z]:", path) else f"./{path}"
    return path if re.fullmatch(r"[\w./~:\\+=@%,-]+", path, re.ASCII) else f'"{path}"'


def _start(launch: Launch) -> Started:
    env = {
        "OLLAMA_CONTEXT_LENGTH": str(launch.context_tokens),
        "OLLAMA_NUM_PARALLEL": str(launch.concurrency),
    }
    if launch.kv_type not in kv_types.FULL and launch.kv_type != "auto":
        env |= {"OLLAMA_KV_CACHE_TYPE": launch.kv_type, "OLLAMA_FLASH_ATTENTION": "1"}
    if launch.host != DEFAULT_HOST:
        env["OLLAMA_HOST"] = f"{launch.host}:{PORT}"
    serve = Command(
        argv=("ollama", "serve"),
        env=env,
        note="the settings reach the server at its start only: stop one that runs already",
    )
    name = tag(launch)
    run = Command(argv=words("ollama", "run", name))
    if launch.downloads:
        return Started(run=serve, then=(run,))
    quantize = words("-q", launch.online) if launch.online else ()
    made = Command(
        argv=words("ollama", "create", name, *quantize, "-f", "Modelfile"),
        files=(TextFile(name="Modelfile", text=modelfile(launch)),),
    )
    return Started(run=serve, then=(made, run))


def _published(repository: str, scheme: str, ollama_tag: str | None) -> str:
    """Ollama's own tag, else any GGUF repository of the Hub (https://huggingface.co/docs/hub/ollama)."""
    return ollama_tag or f"hf.co/{repository}:{scheme}"


def _tags(folder: Path) -> Iterator[str]:
    """The models in Ollama's own library, by their tags: manifests/HOST/NAMESPACE/NAME/TAG."""
    for manifest in (folder / "manifests").glob("*/*/*/*"):
        namespace, name, tag = manifest.parts[-3:]
        yield f"{name}:{tag}" if namespace == "library" else f"{namespace}/{name}:{tag}"


ENGINE = Engine(
    name="ollama",
    rank=1,
    reads_gguf=True,
    ggml_builds=("cuda", "rocm", "vulkan", "metal", "cpu"),
    ggml_note="imported with FROM ./file.gguf",
    ggml_source="https://docs.ollama.com/gpu",
    kv_types=("f16", "q8_0", "q4_0"),
    # what `ollama create -q` makes of a 16-bit file, and nothing else (https://docs.ollama.com/import)
    online={"Q8_0": "q8_0", "Q4_K_S": "q4_K_S", "Q4_K_M": "q4_K_M"},
    program="ollama",
    version="2026-08",
    images={"cuda": "ollama/ollama", "cpu": "ollama/ollama", "rocm": "ollama/ollama:rocm"},
    port=PORT,
    health_path="/api/version",
    # https://docs.ollama.com/faq#where-are-models-stored
    weights_folders=("$OLLAMA_MODELS", "~/.ollama/models"),
    kept_weights=_tags,
    pull=("ollama", "pull"),
    library=True,
    name_of_published=_published,
    start=_start,
)
