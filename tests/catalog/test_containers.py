"""Formats that one engine alone reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.containers import container_of, own_format
from advisor.catalog.models import all_models
from advisor.catalog.resolve import resolve_model

READERS = {
    "mlx-community/Qwen3-8B-4bit": "mlx",
    "Qwen/Qwen3-8B-MLX-8bit": "mlx",
    "turboderp/Qwen3-8B-exl3": "exllamav3",
    "bartowski/Qwen3-8B-exl2-6_5": "exllamav2",
    "LoneStriker/Meta-Llama-3-8B-Instruct-4.0bpw-h6-exl2": "exllamav2",
    "OpenVINO/Qwen3-8B-int4-ov": "openvino",
    "echarlaix/Qwen3-8B-openvino": "openvino",
    "mlc-ai/Qwen3-8B-q4f16_1-MLC": "mlc-llm",
    "onnx-community/Qwen3-8B-ONNX": "",
    "amd/Qwen3-8B-awq-asym-uint4-g128-lmhead-onnx-hybrid": "",
    "litert-community/Qwen3-4B": "",
    "someone/Qwen3-8B-rkllm": "",
    "TheBloke/Llama-2-13B-GGML": "",
    "VPTQ-community/Meta-Llama-3.1-8B-Instruct-v8-k65536-256-woft": "",
    "Qwen/Qwen3-8B-AWQ": None,
    "unsloth/Qwen3-8B-GGUF": None,
    "RedHatAI/Qwen3-8B-quantized.w4a16": None,
    "nvidia/Qwen3-8B-NVFP4": None,
    "google/gemma-3-27b-it": None,
}


@pytest.mark.parametrize(("repository", "engine"), READERS.items())
def test_a_name_says_which_engine_alone_reads_it(repository: str, engine: str | None) -> None:
    """'' for a format that no engine covered here reads, None for one that several read."""
    found = container_of(repository)
    assert engine == (None if found is None else found.engine)


def test_no_model_of_the_catalogue_is_in_such_a_format() -> None:
    """Every row names the vendor's own repository, which engines read or convert."""
    assert [] == [model.name for model in all_models() if own_format(model) is not None]


def test_a_folder_on_disk_is_what_its_own_config_says(tmp_path) -> None:
    """The name of a folder says nothing: only repositories are told by name."""
    model = resolve_model("turboderp/Qwen3-8B-exl3")
    assert own_format(model) is not None
    assert own_format(replace(model, file_path=str(tmp_path))) is None
