"""One scheme on one engine, placed on one machine: what a deployment is made from, and its names."""

import math
import re
from typing import NamedTuple

from advisor.catalog.native import native_schemes
from advisor.catalog.ready import Published
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.documents.scheme import SchemeProfile
from advisor.engines import Engine, facts
from advisor.engines.launch import DEFAULT_HOST, Launch, safe_name

_SHARE_STEP, _SHARE_MARGIN, _LEAST_SHARE = 0.05, 1.1, 0.1
"""On memory shared with the CPU an engine takes what the plan needs, a tenth more, and not a share of
everything: 0.92 of a DGX Spark or a Jetson starves the system (https://github.com/vllm-project/vllm/issues/46307)."""


class Chosen(NamedTuple):
    """One scheme on one engine, placed on one machine."""

    model: ModelProfile
    scheme: SchemeProfile
    imatrix: bool | None
    engine: str
    backend: str
    placement: Placement | None
    context_tokens: int
    """Per request."""
    concurrency: int = 1
    kv_type: str = "f16"
    file_name: str = ""
    """Where the weights are or will be; empty takes `expected_file_name`."""
    threads: int | None = None
    hardware: HardwareProfile | None = None
    published: Published | None = None
    file_size_bytes: int | None = None
    images: bool = False
    """Whether images are to be read."""

    @property
    def facts(self) -> Engine:
        """What is known of the engine."""
        return facts(self.engine)

    @property
    def replicas(self) -> int:
        """Equal servers, one on each node."""
        return self.placement.replicas if self.placement else 1

    @property
    def file(self) -> str:
        """The weights' file or directory."""
        if self.on_disk:
            return self.model.file_path or ""
        return self.file_name or expected_file_name(self.model, self.scheme, self.imatrix)

    @property
    def on_disk(self) -> bool:
        """Whether the model was read from a file that has this scheme."""
        return bool(self.model.file_path) and self.model.fixed_scheme == self.scheme.name

    @property
    def as_published(self) -> bool:
        """Whether the model's own repository holds this scheme."""
        if self.model.fixed_scheme == self.scheme.name:
            return True
        own = self.scheme.reference or self.scheme.name in native_schemes(self.model)
        return own and not self.facts.reads_gguf

    @property
    def online(self) -> str | None:
        """The engine's word for the scheme when it makes it from 16-bit weights itself, uncalibrated."""
        if self.as_published or self.published or self.imatrix:
            return None
        online = self.facts.online
        return online.get(self.scheme.name) or online.get(self.scheme.family)

    @property
    def full_precision(self) -> str:
        """The 16-bit GGUF file that others are made from."""
        path = self.model.file_path or ""
        return path if path.endswith(".gguf") else f"{safe_name(self.model)}-BF16.gguf"

    @property
    def source(self) -> str:
        """Where the full-precision weights come from: a directory, a Hugging Face id, or a local folder."""
        if self.model.file_path and not self.model.file_path.endswith(".gguf"):
            return self.model.file_path
        return self.model.hf_id or f"./{safe_name(self.model)}"

    @property
    def memory_share(self) -> float | None:
        """The share of each GPU the engine reserves; on memory shared with the CPU, what the plan needs."""
        share = self.facts.memory_share
        if share is None or self.backend not in ("cuda", "rocm", "xpu"):
            return None
        gpus = self.hardware.gpus if self.hardware else ()
        unified = [gpu for gpu in gpus if gpu.unified_memory]
        total = unified[0].memory_total_bytes if unified else None
        if not total or self.placement is None:
            return share
        needed = max((device.total_bytes for device in self.placement.devices), default=0)
        steps = math.ceil(needed * _SHARE_MARGIN / total / _SHARE_STEP)
        return round(min(share, max(_LEAST_SHARE, steps * _SHARE_STEP)), 2)

    @property
    def weights(self) -> tuple[str, bool]:
        """(what the engine is pointed at, whether it fetches that itself)."""
        if self.on_disk:
            return self.file, False
        if self.published and self.facts.reads_gguf:
            return _fetched_gguf(self)
        if self.published and self.facts.fetches:
            return self.published.repository, True
        if not self.facts.reads_gguf and (self.as_published or self.online) and not self.published:
            return self.source, self.source == self.model.hf_id
        if self.online:
            return self.full_precision, False
        return (self.file if self.scheme.is_gguf else f"./{self.file}"), False

    def launch(self, host: str = DEFAULT_HOST) -> Launch:
        """What the engine's own file turns into its command line."""
        weights, downloads = self.weights
        gguf = self.scheme.is_gguf and not self.scheme.reference
        return Launch(
            model=self.model,
            scheme=self.scheme,
            weights=weights,
            downloads=downloads,
            online=self.online,
            backend=self.backend,
            placement=self.placement,
            context_tokens=self.context_tokens,
            concurrency=-(-self.concurrency // self.replicas),
            kv_type=self.kv_type,
            threads=self.threads,
            hardware=self.hardware,
            host=host,
            memory_share=self.memory_share,
            images=self.images,
            tokenizer=self.model.hf_id if gguf and not self.facts.reads_gguf else None,
        )


def _fetched_gguf(chosen: Chosen) -> tuple[str, bool]:
    """A published GGUF file by the name its engine downloads it under: `repo:Q4_K_M`, or an Ollama tag."""
    published = chosen.published
    assert published is not None
    if chosen.facts.name_of_published is None:
        return (published.files[0] if published.files else chosen.file), False
    tag = _tag(chosen.scheme.name, published.files)
    return chosen.facts.name_of_published(published.repository, tag, published.ollama_tag), True


def _tag(scheme: str, files: tuple[str, ...]) -> str:
    """What names the file in its repository: the scheme, or as much of it as stands in the file's name
    ('gpt-oss-120b-mxfp4-00001-of-00003.gguf' has no MXFP4_MOE in it, 'qwen2.5-3b-fp16.gguf' no F16)."""
    parts = scheme.split("_")
    forms = [*("_".join(parts[:length]) for length in range(len(parts), 0, -1)), scheme.replace("F", "FP")]
    name = files[0].lower() if files else scheme.lower()
    return next((form for form in forms if form.lower() in name), scheme)


def expected_file_name(model: ModelProfile, scheme: SchemeProfile, imatrix: bool | None = None) -> str:
    """The file (GGUF) or directory (other formats) the weights go by; publishers use the same form.

    A model read from a file that has this scheme keeps its own name. *imatrix* does not change the name.
    """
    if model.file_path and model.fixed_scheme == scheme.name:
        return re.split(r"[\\/]", model.file_path.rstrip("/\\"))[-1]
    return f"{safe_name(model)}-{scheme.name.replace('#', '-sharp')}" + (".gguf" if scheme.is_gguf else "")
