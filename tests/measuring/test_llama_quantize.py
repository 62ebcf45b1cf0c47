"""Types chosen here against those of the llama.cpp inside the cyllama wheel, tensor by tensor."""

import pytest

from advisor.catalog.models import find_model
from advisor.evaluation.sizes.evaluate import compare
from advisor.measuring.llama_quantize import loads
from advisor.measuring.sparse_gguf import shrunk
from advisor.sizing.tensors import gguf_architecture

pytest.importorskip("cyllama")
pytest.importorskip("gguf")

MODELS = (
    "Llama-3.2-1B", "Mixtral-8x7B", "Qwen2.5-0.5B", "Qwen3-30B-A3B", "Qwen3.5-0.8B", "Gemma-2-2B",
    "Gemma-3n-E2B",
    "Gemma-4-E2B", "Phi-2", "Phi-3-mini-4k", "DeepSeek-V2-Lite", "gpt-oss-20b", "GLM-4-9B-0414", "Falcon-7B",
    "Falcon-H1-0.5B", "OLMo-2-1B", "Granite-4.0-H-Micro", "Nemotron-3-Nano-30B-A3B", "LFM2-8B-A1B",
    "Command-R7B",
    "StarCoder2-3B", "EXAONE-4.0-1.2B", "MiniCPM4-0.5B", "Kimi-Linear-48B-A3B", "Jamba2-Mini", "Pythia-160M",
)  # fmt: skip
"""Dense, experts, latent attention, sliding windows, recurrent layers, per-layer embeddings."""


def test_the_models_are_of_different_architectures():
    """Twenty-five llama.cpp architectures are compared (Mixtral is a llama to it)."""
    assert len({gguf_architecture(find_model(name)) for name in MODELS}) == 25


@pytest.mark.parametrize("name", MODELS)
def test_types_are_those_of_the_engine(name):
    """For every ftype, with and without an imatrix, every tensor gets the type llama-quantize gives it."""
    different = [(ftype, imatrix) for ftype, imatrix, same in compare(find_model(name)) if same is not True]
    assert different == []


LOADED = (
    "SmolLM2-135M", "Pythia-160M", "Gemma-3-270M", "ERNIE-4.5-0.3B", "LFM2-350M", "MiniCPM4-0.5B",
    "Qwen3.5-0.8B",
    "Qwen3-30B-A3B", "Qwen1.5-MoE-A2.7B", "Falcon-H1-0.5B", "Granite-4.0-H-Tiny", "Gemma-4-E2B",
    "DeepSeek-V2-Lite",
    "OLMoE-1B-7B", "GLM-4-9B-0414", "Phi-2", "StarCoder2-3B", "EXAONE-4.0-1.2B", "Hunyuan-0.5B",
    "Ling-mini-2.0",
)  # fmt: skip
"""Small ones: loading touches the pages of the sparse file."""


@pytest.mark.parametrize("name", LOADED)
def test_the_engine_loads_the_layout(name):
    """llama.cpp finds every tensor it wants, in its shape, and none too many (a few layers, small
    vocabulary)."""
    assert loads(shrunk(find_model(name))) == ""
