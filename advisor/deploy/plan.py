"""What a deployment needs to know, and the small facts every command writer asks of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.documents.scheme import SchemeProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
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

    @property
    def file(self) -> str:
        """The weights' file or directory."""
        return (
            self.model.file_path
            if self.ready_made
            else self.file_name or expected_file_name(self.model, self.scheme, self.imatrix)
        )

    @property
    def ready_made(self) -> bool:
        """Whether the model on disk already has this scheme."""
        return bool(self.model.file_path) and self.model.fixed_scheme == self.scheme.name

    @property
    def source(self) -> str:
        """Where the full-precision weights come from: a directory, a Hugging Face id, or a local folder."""
        if self.model.file_path and not self.model.file_path.endswith(".gguf"):
            return self.model.file_path
        return self.model.hf_id or f"./{stem(self.model)}"

    @property
    def checkpoint(self) -> str:
        """What an engine that reads Hugging Face checkpoints is pointed at."""
        if self.ready_made:
            return self.model.file_path
        published = self.model.fixed_scheme == self.scheme.name or self.scheme.reference
        return self.source if published or quantized_at_load(self) else f"./{self.file}"

    @property
    def gpus(self) -> int:
        """GPUs the plan uses."""
        return self.placement.n_gpus if self.placement else 0

    @property
    def oldest_compute_capability(self) -> float | None:
        """The lowest NVIDIA generation on the machine, None when unknown."""
        found = [gpu.compute_capability for gpu in self.hardware.gpus] if self.hardware else []
        numbers = [float(text) for text in found if text and re.fullmatch(r"\d+\.\d+", text)]
        return min(numbers, default=None)


LOAD_TIME_FAMILIES = ("bnb", "hqq")
"""Quantized by transformers while loading (https://huggingface.co/docs/transformers/quantization/overview)."""
ONLINE = {
    "vllm": {
        "W8A8-FP-dynamic": "fp8_per_tensor",
        "W8A16-FP": "fp8_per_tensor",
        "W8A8-FP-block": "fp8_per_block",
        "MXFP8": "mxfp8",
    },
    "sglang": {"W8A8-FP-dynamic": "fp8"},
}
"""Engine -> scheme -> the value of `--quantization` that makes it while loading
(https://docs.vllm.ai/en/stable/features/quantization/online/,
https://docs.sglang.io/docs/advanced_features/quantization.md)."""


def quantized_at_load(plan: Plan) -> bool:
    """Whether the engine makes the scheme from the published weights while it loads them."""
    if plan.model.fixed_scheme == plan.scheme.name:
        return False
    if plan.scheme.family in LOAD_TIME_FAMILIES:
        return True
    return plan.scheme.name in ONLINE.get(plan.engine, {})


def stem(model: ModelProfile) -> str:
    """The model's name as part of a file name."""
    return re.sub(r"[^\w.\-]+", "-", model.name.rpartition("/")[2]).strip("-") or "model"


def expected_file_name(model: ModelProfile, scheme: SchemeProfile, imatrix: bool | None = None) -> str:
    """The file (GGUF) or directory (other formats) the weights go by; publishers use the same form.

    A model read from a file that has this scheme keeps its own name. *imatrix* does not change the name.
    """
    if model.file_path and model.fixed_scheme == scheme.name:
        return re.split(r"[\\/]", model.file_path.rstrip("/\\"))[-1]
    return f"{stem(model)}-{scheme.name.replace('#', '-sharp')}" + (".gguf" if scheme.is_gguf else "")
