"""ggml's block table: how many weights share a block, and how many bytes a block takes.

Source: the block structures of ggml (https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-common.h)
and, for the types that only ik_llama.cpp has, its own
(https://github.com/ikawrakow/ik_llama.cpp/blob/main/ggml/src/ggml-common.h).
"""

from __future__ import annotations

from math import prod

BLOCKS: dict[str, tuple[int, int]] = {
    "F32": (1, 4),
    "F16": (1, 2),
    "BF16": (1, 2),
    "I32": (1, 4),
    "I64": (1, 8),
    "F64": (1, 8),
    "I16": (1, 2),
    "I8": (1, 1),
    "Q8_0": (32, 34),
    "Q5_1": (32, 24),
    "Q5_0": (32, 22),
    "Q4_1": (32, 20),
    "Q4_0": (32, 18),
    "IQ4_NL": (32, 18),
    "MXFP4": (32, 17),
    "NVFP4": (64, 36),
    "Q2_0": (64, 18),
    "Q1_0": (128, 18),
    "Q8_1": (32, 40),
    "Q8_K": (256, 292),
    "Q2_K": (256, 84),
    "Q3_K": (256, 110),
    "Q4_K": (256, 144),
    "Q5_K": (256, 176),
    "Q6_K": (256, 210),
    "IQ1_S": (256, 50),
    "IQ1_M": (256, 56),
    "IQ2_XXS": (256, 66),
    "IQ2_XS": (256, 74),
    "IQ2_S": (256, 82),
    "IQ3_XXS": (256, 98),
    "IQ3_S": (256, 110),
    "IQ4_XS": (256, 136),
    "TQ1_0": (256, 54),
    "TQ2_0": (256, 66),
    # ik_llama.cpp only; those with _KS and _KT add one scale a row, which is left out here
    "Q6_0": (32, 26),
    "IQ1_KT": (256, 56),
    "IQ2_KT": (256, 68),
    "IQ2_KS": (256, 70),
    "IQ2_K": (256, 76),
    "IQ2_KL": (256, 86),
    "IQ3_KT": (256, 100),
    "IQ3_KS": (256, 102),
    "IQ3_K": (256, 110),
    "IQ4_KT": (256, 128),
    "IQ4_KSS": (256, 128),
    "IQ4_KS": (256, 136),
    "IQ4_K": (256, 144),
    "IQ5_KS": (256, 168),
    "IQ5_K": (256, 176),
    "IQ6_K": (256, 212),
}
"""Type -> (weights per block, bytes per block)."""

ALIGNMENT_BYTES = 32
"""GGUF pads the header and each tensor to this (general.alignment, GGUF specification)."""


def tensor_bytes(type_name: str, shape: tuple[int, ...]) -> int:
    """Bytes of a tensor of *shape* (ggml order) stored as *type_name*; a row never shares a block."""
    block, size = BLOCKS[type_name]
    return -(-shape[0] // block) * size * prod(shape[1:])


def bits_per_weight(type_name: str) -> float:
    """Bits per weight of one block, scales included."""
    block, size = BLOCKS[type_name]
    return size * 8 / block


def padded(n_bytes: int, alignment: int = ALIGNMENT_BYTES) -> int:
    """*n_bytes* rounded up to the file's alignment."""
    return -(-n_bytes // alignment) * alignment
