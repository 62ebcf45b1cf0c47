"""The format a vendor publishes a model in: the reference, whatever its bits."""

from __future__ import annotations

from functools import lru_cache

from advisor.catalog.names import compiled
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile

_SCHEMES = (
    ("mxfp4", ("MXFP4", "MXFP4A16", "MXFP4_MOE")),
    ("mxfp8", ("MXFP8",)),
    ("fp8+fp4", ("MXFP4",)),
    ("fp8", ("W8A8-FP-block",)),
    ("int4", ("W4A16-INT-rtn-g32",)),
)
"""How `native_dtype` or `native_format` of the catalogue begins -> the schemes that keep those weights as
they are; a mixture counts as what most of its bytes are. gpt-oss was trained with its experts in MXFP4
(https://huggingface.co/openai/gpt-oss-120b), DeepSeek-V3 and Kimi-K2 in FP8 with a scale per block
(https://huggingface.co/deepseek-ai/DeepSeek-V3), DeepSeek-V4 has experts in FP4 with shared exponents,
Kimi-K2 since Thinking experts in INT4 in groups of 32
(https://huggingface.co/moonshotai/Kimi-K2-Thinking)."""

UNREAD = "unread_quantization"
"""Setting of a model's metadata: the method a checkpoint was quantized by, where no scheme here is its."""
TERNARY = "bitnet"
"""What transformers calls weights that were trained to be -1, 0 and 1
(https://huggingface.co/docs/transformers/main/en/quantization/bitnet)."""
_TERNARY_SCHEMES = ("TQ2_0", "TQ1_0")
"""llama.cpp's types for weights of -1, 0 and 1 with a scale, which they hold as they are
(https://github.com/ggml-org/llama.cpp/pull/8151)."""
_TERNARY_CLASSES = ("BitNetForCausalLM", "BitnetForCausalLM")
_TERNARY_NAMES = r"\bbitnet|\bfalcon-?e-\d|\btrilm|\bfalcon3-\d+b-(?:instruct|base)-1\.58bit|^hf1bitllm/"
"""Models trained to ternary weights: BitNet b1.58 (https://huggingface.co/microsoft/bitnet-b1.58-2B-4T),
Falcon-E and Falcon3's 1.58-bit editions (https://huggingface.co/tiiuae), TriLM
(https://huggingface.co/SpectraSuite), Llama 3 trained on to it (https://huggingface.co/HF1BitLLM)."""


@lru_cache(maxsize=128)
def trained_ternary(model: ModelProfile) -> bool:
    """Whether its matrices were trained to hold -1, 0 and 1 only, by its class or its names."""
    if model.architecture in _TERNARY_CLASSES or model.metadata.get(UNREAD) == TERNARY:
        return True
    return any(
        compiled(_TERNARY_NAMES).search(name or "") for name in (model.name, model.hf_id, model.edition)
    )


@lru_cache(maxsize=128)
def native_schemes(model: ModelProfile) -> tuple[str, ...]:
    """The schemes that are the published weights themselves; empty for a model published in 16 bits."""
    if trained_ternary(model):
        return _TERNARY_SCHEMES
    stated = [(text or "").lower() for text in (model.native_format, model.native_dtype)]
    text = next((text for text in stated if text and not text.startswith(("bf16", "fp16"))), "")
    return next((schemes for start, schemes in _SCHEMES if text.startswith(start)), ())


def experts_only(model: ModelProfile, scheme: SchemeProfile) -> bool:
    """Whether *scheme* is how the vendor publishes this model, and holds its experts alone: all else has 16
    bits (gpt-oss in MXFP4, Kimi-K2 since Thinking in INT4)."""
    if model.architecture == "GptOssForCausalLM" and scheme.family == "mxfp4":
        return True
    stated = (model.native_format or model.native_dtype or "").lower()
    return scheme.name in native_schemes(model) and " experts" in stated
