"""What engines load of a model, whatever the machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.catalog.loadable import loadable
from advisor.catalog.native import native_schemes
from advisor.catalog.resolve import resolve_model
from advisor.catalog.schemes import find_scheme


def engines(model: str, scheme: str) -> set[str]:
    """The engines left."""
    found, _ = loadable(find_scheme(scheme), resolve_model(model))
    return {support.engine for support in found.supports}


@pytest.mark.parametrize(
    ("model", "scheme", "engine", "loads"),
    [
        ("Qwen3-8B", "W8A8-INT", "sglang", True),
        ("Qwen3-30B-A3B", "W8A8-INT", "sglang", False),
        ("Qwen3-30B-A3B", "W8A8-INT", "vllm", True),
        ("gpt-oss-120b", "MXFP4", "sglang", True),
        ("Qwen3-8B", "MXFP4", "sglang", False),
        ("DeepSeek-V3.1", "W8A8-FP-block", "vllm", True),
        # published in FP8 only: no 16-bit weights to serve or to quantize
        ("DeepSeek-V3.1", "BF16", "vllm", False),
        ("DeepSeek-V3.1", "W8A8-FP-dynamic", "vllm", False),
        ("MiniMax-M2", "W8A8-FP-dynamic", "vllm", False),
        # llama.cpp's converter reads FP8 checkpoints
        ("DeepSeek-V3.1", "BF16", "llama.cpp", True),
        ("DeepSeek-V3.1", "Q4_K_M", "llama.cpp", True),
        ("Qwen3-8B", "BF16", "vllm", True),
    ],
)
def test_who_loads_what(model, scheme, engine, loads):
    """Mixtures of experts, and weights published quantized."""
    assert (engine in engines(model, scheme)) == loads


def test_the_reason_names_what_is_published():
    """A user must see that the repository holds no 16-bit weights."""
    _, reason = loadable(find_scheme("BF16"), resolve_model("MiniMax-M2"))
    assert reason.startswith("MiniMax-M2 is published as W8A8-FP-block and not in 16 bits")


def config(place: Path, method: str) -> str:
    """A folder with the config.json of a checkpoint quantized by *method*."""
    stated = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": 4096,
        "intermediate_size": 11008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "vocab_size": 32000,
        "quantization_config": {"quant_method": method},
    }
    (place / "config.json").write_text(json.dumps(stated), encoding="utf-8")
    return str(place)


@pytest.mark.parametrize("method", ["vptq", "torchao", "eetq"])
def test_nothing_is_made_of_a_checkpoint_nobody_here_reads(tmp_path, method):
    """No converter takes it for 16-bit weights: the unquantized model is asked for."""
    found, reason = loadable(find_scheme("Q4_K_M"), resolve_model(config(tmp_path, method)))
    assert found.supports == ()
    assert reason == (
        f"the checkpoint is quantized in a way that is not known here ({method!r}), and nothing makes "
        "another scheme of it: name the unquantized model"
    )


def test_ternary_weights_are_known_by_their_config(tmp_path):
    """transformers calls them bitnet: llama.cpp holds them in TQ2_0."""
    model = resolve_model(config(tmp_path, "bitnet"))
    assert (native_schemes(model), model.notes) == (("TQ2_0", "TQ1_0"), ())
    assert loadable(find_scheme("TQ2_0"), model)[1] == ""
