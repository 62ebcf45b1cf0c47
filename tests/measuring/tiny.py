"""A tiny real model: two layers, a byte-level vocabulary, random weights; small enough for every test."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import gguf
import numpy as np

HIDDEN, FFN, LAYERS, HEADS = 256, 512, 2, 4


@cache
def vocabulary() -> tuple[list[str], list[str]]:
    """GPT-2's byte alphabet and one merge, so that the file is a real byte-level tokenizer."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in kept]
    letters = [chr(b) for b in kept] + [chr(256 + i) for i in range(len(rest))]
    return ["<|end|>", *letters, "th"], ["t h"]


def write_tiny(path: Path, seed: int = 7) -> Path:
    """An F16 file that llama.cpp loads, quantizes and runs."""
    tokens, merges = vocabulary()
    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Tiny Test")
    writer.add_block_count(LAYERS)
    writer.add_context_length(512)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(FFN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_file_type(1)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([3] + [1] * (len(tokens) - 1))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)

    def matrix(name: str, rows: int, columns: int, scale: float) -> None:
        writer.add_tensor(name, (rng.standard_normal((rows, columns)) * scale).astype(np.float16))

    matrix("token_embd.weight", len(tokens), HIDDEN, 1.0)
    matrix("output.weight", len(tokens), HIDDEN, 0.2)
    writer.add_tensor("output_norm.weight", np.ones(HIDDEN, np.float32))
    for layer in range(LAYERS):
        for name, rows, columns in (
            ("attn_q", HIDDEN, HIDDEN),
            ("attn_k", HIDDEN, HIDDEN),
            ("attn_v", HIDDEN, HIDDEN),
            ("attn_output", HIDDEN, HIDDEN),
            ("ffn_gate", FFN, HIDDEN),
            ("ffn_up", FFN, HIDDEN),
            ("ffn_down", HIDDEN, FFN),
        ):
            matrix(f"blk.{layer}.{name}.weight", rows, columns, 0.06)
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", np.ones(HIDDEN, np.float32))
        writer.add_tensor(f"blk.{layer}.ffn_norm.weight", np.ones(HIDDEN, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
