"""The types a KV cache is stored in: the only table of their widths and spellings. Which of them an engine
takes stands in the engine's own file (`kv_types`)."""

from __future__ import annotations

from advisor.documents.kinds import KvType

BLOCK_VALUES = 32
"""Values that share a scale in ggml's block types (ggml/src/ggml-common.h)."""
BYTES_PER_VALUE = {
    "f32": 4.0,
    "f16": 2.0,
    "bf16": 2.0,
    "q8_0": 34 / BLOCK_VALUES,
    "q5_1": 24 / BLOCK_VALUES,
    "q5_0": 22 / BLOCK_VALUES,
    "q4_1": 20 / BLOCK_VALUES,
    "q4_0": 18 / BLOCK_VALUES,
    "iq4_nl": 18 / BLOCK_VALUES,
    "fp8": 1.0,
    "fp8_e4m3": 1.0,
    "fp8_e5m2": 1.0,
    "int8": 1.0,
}
"""As stored, scales included: a ggml block has the bytes given over 32 values, FP8 and INT8 one byte each."""
FULL: tuple[KvType, ...] = ("f16", "bf16")
"""Sixteen bits: nothing is lost."""
FLOATS = ("f32", *FULL)
GGML: tuple[KvType, ...] = ("f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl")
"""llama.cpp's `-ctk` and `-ctv` (https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md)."""
EIGHT_BITS: tuple[KvType, ...] = ("q8_0", "fp8")
"""What eight bits per value are called by engines with ggml's blocks, and by those with floats."""
BY_PREFERENCE: tuple[KvType, ...] = ("f16", *EIGHT_BITS)
"""What `auto` tries: sixteen bits, and eight where sixteen do not fit."""
FOUR_BITS = ("q4_0", "q4_1", "iq4_nl", "fp4")
_NOMINAL_BITS = {"q8_0": 8, "q5_1": 5, "q5_0": 5, "q4_1": 4, "q4_0": 4, "iq4_nl": 4, "fp8": 8}
_SPELLED = {
    "4": "q4_0",
    "q4": "q4_0",
    "8": "q8_0",
    "q8": "q8_0",
    "16": "f16",
    "f16-f16": "f16",
    "q8_0-q8_0": "q8_0",
}


def stored_bits(kv_type: str) -> float:
    """Bits per cached value, scales included; 16 for an empty, automatic or unknown type, and at most."""
    return min(16.0, 8.0 * BYTES_PER_VALUE.get(kv_type, 2.0))


def nominal_bits(kv_type: str) -> int | None:
    """The whole number of bits an option asks for (8 for q8_0); None for sixteen."""
    return _NOMINAL_BITS.get(kv_type)


def spelled(text: str) -> str | None:
    """The type a short spelling means ('8', 'Q4', 'fp8'); None for another word."""
    word = text.lower()
    known = _SPELLED.get(word, word)
    return known if known in BYTES_PER_VALUE else None
