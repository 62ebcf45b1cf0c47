"""File formats that one engine alone reads, by the names of repositories in them."""

from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.names import KEPT_ANSWERS, compiled, word_set
from advisor.documents.model import ModelProfile
from advisor.engines import all_engines

_FOREIGN = (
    (r"[-_]onnx\b|^onnx-community/|[-_]onnx[-_]", "ONNX", "ONNX Runtime"),
    (r"[-_]ggml(?:v3)?$", "GGML", "llama.cpp of before August 2023"),
    (r"[-_]rkllm\b|[-_]rk3[0-9]{3}\b", "RKLLM", "Rockchip's RKLLM runtime"),
    (r"^litert-community/|[-_](?:litert|tflite|litertlm)\b", "LiteRT", "Google's LiteRT-LM"),
    (r"[-_](?:coreml|core-ml)\b|^apple/coreml-", "Core ML", "Apple's Core ML"),
    (r"[-_]executorch\b|[-_]int8-int4$|[-_]pte$", "ExecuTorch", "ExecuTorch"),
    (r"^qualcomm/|[-_](?:qnn|genie)\b", "QNN", "Qualcomm's Genie"),
    (r"^furiosa-ai/|[-_](?:rngd|rebel)\b|^rebellions/", "compiled", "the runtime of that accelerator"),
    (r"[-_](?:ctranslate2|ct2)\b", "CTranslate2", "CTranslate2"),
    (r"^vptq-community/|[-_]vptq\b|[-_]woft$", "VPTQ", "Microsoft's VPTQ package"),
    (r"^aws-neuron/|[-_]neuron\b", "Neuron", "AWS Neuron"),
)
"""(marks in owner/name, the format, who reads it): none of them is an engine covered here
(https://huggingface.co/models, the libraries that its filter lists)."""


_FOREIGN_WORDS = word_set(
    "onnx ggml rkllm rk3 litert tflite coreml core-ml executorch int8-int4 pte qualcomm qnn genie furiosa "
    "rngd rebel ctranslate2 ct2 vptq woft neuron"
)
"""What the marks are looked for by: most names have none of these."""


class Container(NamedTuple):
    """A format that only its own engine reads."""

    engine: str
    """The engine, offered or not; empty for one that is not covered at all."""
    words: str
    """Its files and their reader, for a message."""


@lru_cache(maxsize=KEPT_ANSWERS)
def container_of(repository: str) -> Container | None:
    """The format that the name owner/name says; None for one that several engines read."""
    lower = repository.lower()
    for engine in all_engines().values():
        if engine.repositories and compiled(engine.repositories).search(lower):
            return Container(engine.name, f"a format that {engine.name} alone reads")
    if any(word in lower for word in _FOREIGN_WORDS):
        for marks, name, reader in _FOREIGN:
            if compiled(marks).search(lower):
                return Container("", f"{name} files, which {reader} reads")
    return None


def own_format(model: ModelProfile) -> Container | None:
    """The format of the repository that *model* was named by; None for what is read from disk."""
    if model.file_path or not model.hf_id or "/" not in model.hf_id:
        return None
    return container_of(model.hf_id)
