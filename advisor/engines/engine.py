"""What is known of an inference engine, in one record. Each file beside this one fills it for one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from advisor.documents.deployment import Command
from advisor.documents.kinds import KvType
from advisor.engines.launch import Launch, Started

if TYPE_CHECKING:
    from pathlib import Path

SERVED_KV: tuple[KvType, ...] = ("f16", "bf16", "fp8")
"""Serving engines take 16 bits or FP8
(https://docs.vllm.ai/en/latest/features/quantization/quantized_kvcache/)."""
Make = Callable[[Launch, str, str], tuple[Command, ...] | None]
"""(launch, where the 16-bit weights are, the name to make) -> commands; None = no recipe of its own."""


NONE: Mapping[str, str] = MappingProxyType({})


def gguf_files(folder: Path) -> Iterator[str]:
    """The GGUF files of *folder* and below."""
    return (path.name for path in folder.rglob("*.gguf"))


class Engine(NamedTuple):
    """One engine. Defaults are those of an engine about which nothing is known."""

    name: str
    aliases: tuple[str, ...] = ()
    """Other names people type and benchmarks print."""
    rank: int = 99
    """Place in lists: the most used first."""
    offered: bool = True
    """False for an engine that only measurements know: nothing recommends or deploys it."""
    by_default: bool = False
    """Looked at when no engine is named: the engine with the most measurements for its format."""
    formats: tuple[str, ...] = ()
    """File formats that mean this engine when none is named."""
    repositories: str = ""
    """Marks in the names (owner/name, small letters) of repositories that it alone reads."""
    systems: tuple[str, ...] = ()
    """Operating systems (linux, windows, macos); empty = any."""
    reads_gguf: bool = False
    """Whether GGUF is its own format: token embeddings stay in main memory, caches are ggml's."""
    ggml_builds: tuple[str, ...] = ()
    """Builds of llama.cpp's kernels it ships (rows of `ggml_backends` in profiles/schemes.json)."""
    ggml_note: str = ""
    ggml_source: str = ""
    physics: Literal["local", "serving"] = "local"
    """Whose measurements its speed is learned from: one request at a time, or batches on an accelerator."""
    reads_images: bool = True
    """Whether its server takes images, of a model that reads them."""
    paged: bool = False
    """Whether it batches continuously over a paged KV cache."""
    measured_as: str = ""
    """The engine whose measurements stand for it; empty = its own."""
    own_kernels: bool = False
    """Whether it multiplies in kernels of its own, whose speeds say nothing of serving engines'."""
    rewritten_in: str = ""
    """The version since which its scheduler is the present one; what ran before is measured apart."""
    backend: str = ""
    """Its only backend; empty = what the device brings."""
    outside_gpu: Literal["", "layers", "experts"] = "layers"
    """What may stay in main memory beside a GPU: nothing, whole layers, or the experts alone as well."""
    uploads_full_experts_only: bool = False
    """Whether a prompt's batch goes to the GPU for experts in main memory only when it fills each of them."""
    kv_types: tuple[KvType, ...] = SERVED_KV
    fp8_cache_from: str = ""
    """The first NVIDIA compute capability with an FP8 cache; empty = any."""
    memory_share: float | None = None
    """Share of each GPU it takes by default; None = what the model needs."""
    scratch_outside_share: bool = False
    """Whether activations come on top of that share, which holds weights and cache alone."""
    slots: int = 256
    """Requests it keeps in flight unless told otherwise."""
    slots_on_large: int | None = None
    """The same on a card of much memory, where it differs."""
    splits_matrices: bool = False
    """Whether several GPUs can share each matrix (tensor parallelism)."""
    spans_nodes: bool = False
    """Whether a local engine can put layers on the GPUs of other nodes."""
    expert_parallel: bool = False
    """Whether experts can be spread whole over the GPUs."""
    data_parallel_attention: bool = False
    """Whether GPUs can share the experts alone, each with requests of its own."""
    online: Mapping[str, str] = NONE
    """Scheme or family -> its word for it, for schemes it makes from 16-bit weights while loading."""
    program: str = ""
    """The program that shows it is installed."""
    package: str = ""
    """The Python package that shows it is installed."""
    version: str = ""
    """The version its commands are written for."""
    images: Mapping[str, str] = NONE
    """Backend -> a container image that holds the engine built for it."""
    image_program: str = ""
    """Its program inside those images, where the image does not have it under its usual name."""
    forms: tuple[str, ...] = ()
    """Forms of deployment that run this engine and no other (`advisor/deploy/targets`)."""
    port: int | None = None
    health_path: str | None = None
    start: Callable[[Launch], Started] | None = None
    """Its command line."""
    setup: tuple[Command, ...] = ()
    """What gets the engine itself, where no package does."""
    fetches: bool = True
    """Whether it downloads a repository of the Hugging Face Hub itself."""
    weights_folders: tuple[str, ...] = ()
    """Where it keeps what it downloads: $VARIABLE or ~/folder, the ones that are stated first."""
    kept_weights: Callable[[Path], Iterator[str]] = gguf_files
    """Such a folder -> the names of what is kept there."""
    pull: tuple[str, ...] = ()
    """The words before a name that fetch it into its library."""
    library: bool = False
    """Whether it has a library of models of its own, with tags that name the quantization."""
    name_of_published: Callable[[str, str, str | None], str] | None = None
    """(repository, scheme, Ollama tag or None) -> the name under which it fetches a published GGUF file."""
    make: Make | None = None
    """Its own recipe for weights; None takes the one usual for the format."""

    @property
    def serves(self) -> bool:
        """Whether its speed is that of a serving engine."""
        return self.physics == "serving"

    @property
    def measured(self) -> str:
        """The name its speed is measured under."""
        return self.measured_as or self.name
