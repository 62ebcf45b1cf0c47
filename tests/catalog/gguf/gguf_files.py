"""Small real GGUF files for the tests, written with the gguf package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gguf
import numpy as np

from advisor.documents.model import StoredTensor


def write_gguf(
    path: Path,
    *,
    layers: int = 2,
    hidden: int = 256,
    file_type: int = 15,
    body: str = "Q4_K",
    output: str | None = "Q6_K",
    embedding: str = "Q4_K",
    better: str | None = "Q6_K",
    extra: dict[str, object] | None = None,
    arch: str = "llama",
    vocabulary: Sequence[str] = (),
) -> Path:
    """A llama-like file: *better* is the type of attn_v and ffn_down, *output* None ties the embeddings."""
    writer = gguf.GGUFWriter(path, arch)
    writer.add_name("Tiny Test")
    writer.add_block_count(layers)
    writer.add_context_length(4096)
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(2 * hidden)
    writer.add_head_count(8)
    writer.add_head_count_kv(2)
    writer.add_file_type(file_type)
    if vocabulary:
        writer.add_tokenizer_model("gpt2")
        writer.add_token_list(list(vocabulary))
    for key, value in (extra or {}).items():
        writer.add_string(key, value) if isinstance(value, str) else writer.add_uint32(key, value)
    raised = better or body
    for layer in range(layers):
        for role, kind, rows, columns in (
            ("attn_q", body, hidden, hidden),
            ("attn_k", body, hidden // 4, hidden),
            ("attn_v", raised, hidden // 4, hidden),
            ("attn_output", body, hidden, hidden),
            ("ffn_gate", body, 2 * hidden, hidden),
            ("ffn_up", body, 2 * hidden, hidden),
            ("ffn_down", raised, hidden, 2 * hidden),
        ):
            _add(writer, f"blk.{layer}.{role}.weight", kind, rows, columns)
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", np.ones(hidden, np.float32))
    _add(writer, "token_embd.weight", embedding, 512, hidden)
    if output:
        _add(writer, "output.weight", output, 512, hidden)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_named(path: Path, *names: str, embedding: bool = True) -> Path:
    """A two-layer header, an embedding of 8 rows and F16 matrices of 256 x 256 of these *names*."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_embedding_length(256)
    writer.add_head_count(8)
    if embedding:
        writer.add_tensor("token_embd.weight", np.zeros((8, 256), np.float32))
    for name in names:
        writer.add_tensor(name, np.zeros((256, 256), np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add(writer: gguf.GGUFWriter, name: str, kind: str, rows: int, columns: int) -> None:
    """A matrix of zeros of a ggml type."""
    number = gguf.GGMLQuantizationType[kind]
    if kind in ("F32", "F16"):
        writer.add_tensor(name, np.zeros((rows, columns), np.float32 if kind == "F32" else np.float16))
        return
    block, size = gguf.GGML_QUANT_SIZES[number]
    writer.add_tensor(name, np.zeros((rows, columns // block * size), np.uint8), raw_dtype=number)


def sizes_by_name(path: Path) -> dict[str, tuple[str, int]]:
    """What the gguf package itself reads: name -> (type, bytes)."""
    reader = gguf.GGUFReader(path)
    return {tensor.name: (tensor.tensor_type.name, tensor.n_bytes) for tensor in reader.tensors}


def as_pairs(tensors: Sequence[StoredTensor]) -> dict[str, tuple[str, int]]:
    """Ours in the same form."""
    return {tensor.name: (tensor.type, tensor.n_bytes) for tensor in tensors}
