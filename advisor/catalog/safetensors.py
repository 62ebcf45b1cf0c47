"""Headers of safetensors files: names, shapes and bytes, without reading a tensor.

Format: https://github.com/huggingface/safetensors#format (8 bytes length, a JSON object, the data).
"""

from __future__ import annotations

import json
import os
from math import prod
from pathlib import Path
from struct import unpack
from typing import Any

from advisor.documents.files import open_regular
from advisor.documents.model import StoredTensor
from advisor.errors import BadFileError

_LONGEST_HEADER = 100_000_000
"""The limit of the reference implementation (safetensors/src/tensor.rs, MAX_HEADER_SIZE)."""
_LARGEST_READ = 30_000_000
"""What is read here at most: the largest published shards' headers stay below 20 MB."""
_ITEM_BITS = {
    "F64": 64,
    "I64": 64,
    "U64": 64,
    "F32": 32,
    "I32": 32,
    "U32": 32,
    "F16": 16,
    "BF16": 16,
    "I16": 16,
    "U16": 16,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "I8": 8,
    "U8": 8,
    "BOOL": 8,
    "C64": 64,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "F4": 4,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
}


def read_safetensors(path: Path) -> tuple[StoredTensor, ...]:
    """The tensors of one file, shapes as stored (last dimension first, like ggml's).

    Raises BadFileError for anything that is not a well-formed header within the file.
    """
    with open_regular(path) as handle:
        size = os.fstat(handle.fileno()).st_size
        start = handle.read(8)
        if len(start) < 8:
            raise BadFileError(f"{path} is no safetensors file: it has {size} bytes")
        length = unpack("<Q", start)[0]
        if length > min(_LONGEST_HEADER, size - 8) or length > _LARGEST_READ or length < 2:
            raise BadFileError(f"{path}: the header claims {length} bytes of {size}; download the file again")
        raw = handle.read(length)
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError, UnicodeDecodeError) as error:
        raise BadFileError(f"{path}: the header is not JSON ({error}); download the file again") from None
    if not isinstance(header, dict):
        raise BadFileError(f"{path}: the header is not a JSON object; download the file again")
    return tuple(
        _tensor(path, name, entry, size - 8 - length)
        for name, entry in header.items()
        if name != "__metadata__"
    )


def _tensor(path: Path, name: str, entry: Any, data_bytes: int) -> StoredTensor:
    try:
        kind, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        numbers = (*shape, begin, end)
        sound = isinstance(kind, str) and all(
            isinstance(item, int) and not isinstance(item, bool) and item >= 0 for item in numbers
        )
    except (TypeError, KeyError, ValueError):
        sound = False
    if not sound or kind not in _ITEM_BITS or end < begin or end > data_bytes or len(shape) > 16:
        raise BadFileError(
            f"{path}: the entry of tensor {str(name)[:60]!r} is impossible; download the file again"
        )
    if prod(shape) * _ITEM_BITS[kind] != 8 * (end - begin):
        raise BadFileError(
            f"{path}: tensor {str(name)[:60]!r} does not have the bytes its shape needs; "
            "download the file again"
        )
    return StoredTensor(name=name, shape=tuple(reversed(shape)), type=kind, n_bytes=end - begin)
