"""The header of one GGUF file, read without touching a tensor.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Every count and length is checked against
the bytes that are there before anything is read or allocated, so a hostile file costs no more than a good
one.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from struct import Struct, error

from advisor.catalog.gguf.types import TYPES, row_bytes
from advisor.documents.files import open_regular
from advisor.documents.model import StoredTensor
from advisor.errors import BadFileError

_U32, _U64 = Struct("<I"), Struct("<Q")
_SCALARS: dict[int, Struct] = {
    0: Struct("<B"),
    1: Struct("<b"),
    2: Struct("<H"),
    3: Struct("<h"),
    4: _U32,
    5: Struct("<i"),
    6: Struct("<f"),
    7: Struct("<?"),
    10: _U64,
    11: Struct("<q"),
    12: Struct("<d"),
}
_STRING, _ARRAY = 8, 9
_LONGEST_KEY = 65535
"""gguf.md: keys are at most 2^16 - 1 bytes."""
_LONGEST_NAME = 256
"""ggml allows 64 bytes for a tensor's name (GGML_MAX_NAME); some tools raise it."""
_MOST_DIMENSIONS = 4
"""GGML_MAX_DIMS."""
_MOST_ELEMENTS = 1 << 42
"""Of one tensor: a thousand times those of all experts of a layer in the largest models (2^33)."""
_KEPT_TEXT = 400
"""Characters of a text value that are kept; chat templates and licences are longer and of no use here."""
_KEPT_ITEMS = 2048
"""Arrays of numbers up to this long are kept (per-layer settings); vocabularies are only counted."""


@dataclass(slots=True)
class Header:
    """What one file says."""

    path: Path
    version: int
    metadata: dict[str, object]
    array_lengths: dict[str, int]
    tensors: list[StoredTensor]
    file_bytes: int
    data_bytes: int
    """Bytes the tensors take, padding included."""
    data_start: int
    notes: list[str]

    @property
    def complete_bytes(self) -> int:
        """Size of the whole file, even when only a prefix of it is here."""
        return self.data_start + self.data_bytes


class _Cursor:
    """A place in the file; every step forward is checked."""

    __slots__ = ("buffer", "end", "name", "place")

    def __init__(self, buffer: mmap.mmap | bytes, name: str) -> None:
        self.buffer, self.end, self.name, self.place = buffer, len(buffer), name, 0

    def fail(self, cause: str) -> BadFileError:
        return BadFileError(f"{self.name}: {cause}; the file is damaged or not finished, download it again")

    def whole(self, layout: Struct) -> int:
        """The next number of one of the unsigned layouts."""
        return int(self.number(layout))

    def number(self, layout: Struct) -> int | float | bool:
        try:
            value: int | float | bool = layout.unpack_from(self.buffer, self.place)[0]
        except error:
            raise self.fail(f"the header ends at byte {self.end}, in the middle of a value") from None
        self.place += layout.size
        return value

    def skip(self, count: int) -> None:
        if count > self.end - self.place:
            raise self.fail(f"a value of {count} bytes does not fit into the file")
        self.place += count

    def text(self, limit: int | None = None, what: str = "a text", keep: int | None = None) -> str:
        length = self.whole(_U64)
        if limit is not None and length > limit:
            raise self.fail(f"{what} is {length} bytes long, more than the {limit} allowed")
        start = self.place
        self.skip(length)
        stop = self.place if keep is None else min(self.place, start + keep)
        return self.buffer[start:stop].decode("utf-8", "replace")


def read_header(path: Path) -> Header:
    """The header of one file. Raises BadFileError with the cause; reads nothing but the header."""
    with open_regular(path) as handle:
        size = os.fstat(handle.fileno()).st_size
        if size < 24:
            raise BadFileError(f"{path} is no GGUF file: it has {size} bytes, fewer than the header needs")
        try:
            with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as buffer:
                return _parse(buffer, path, size)
        except OSError as failure:
            raise BadFileError(f"cannot read {path}: {failure.strerror or failure}") from None


def _parse(buffer: mmap.mmap, path: Path, size: int) -> Header:
    cursor = _Cursor(buffer, str(path))
    magic = buffer[:4]
    if magic != b"GGUF":
        older = magic[::-1] in (b"ggml", b"ggmf", b"ggjt", b"ggla") or magic in (
            b"ggml",
            b"ggmf",
            b"ggjt",
            b"ggla",
        )
        cause = (
            "it has the format from before GGUF; convert it with an older llama.cpp or download a GGUF copy"
            if older
            else f"it starts with {bytes(magic)!r} instead of 'GGUF'; give a .gguf file"
        )
        raise BadFileError(f"{path} is no GGUF file: {cause}")
    cursor.place = 4
    version = cursor.whole(_U32)
    if version & 0xFFFF == 0 and version:
        raise BadFileError(
            f"{path} is a big-endian GGUF file, which is not read here; convert it with gguf-py's "
            "gguf_convert_endian.py"
        )
    if version not in (2, 3):
        raise BadFileError(
            f"{path} has GGUF version {version}; versions 2 and 3 are read: convert it again with a "
            "current llama.cpp"
        )
    n_tensors, n_values = cursor.whole(_U64), cursor.whole(_U64)
    # the smallest key-value pair takes 8 + 0 + 4 + 1 bytes, the smallest tensor entry 8 + 0 + 4 + 8 + 4 + 8
    if n_values * 13 + n_tensors * 32 > size:
        raise cursor.fail(
            f"it announces {n_tensors} tensors and {n_values} values, more than {size} bytes can hold"
        )
    metadata: dict[str, object] = {}
    lengths: dict[str, int] = {}
    for _ in range(n_values):
        _read_pair(cursor, metadata, lengths)
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1) or alignment > 1 << 20:
        raise cursor.fail(f"general.alignment is {alignment!r}, not a power of two")
    entries = [_read_entry(cursor) for _ in range(n_tensors)]
    start = -(-cursor.place // alignment) * alignment
    tensors, data_bytes, notes = _place(cursor, entries, alignment)
    if start + data_bytes > size + alignment:  # the last tensor's padding may be left out
        notes.append(f"{path.name} holds {size} of {start + data_bytes} bytes: sizes come from its header")
    return Header(path, version, metadata, lengths, tensors, size, data_bytes, start, notes)


def _read_pair(cursor: _Cursor, metadata: dict[str, object], lengths: dict[str, int]) -> None:
    key = cursor.text(_LONGEST_KEY, "a key")
    if key in metadata or key in lengths:
        raise cursor.fail(f"the key {key[:60]!r} appears twice")
    kind = cursor.whole(_U32)
    layout = _SCALARS.get(kind)
    if layout is not None:
        metadata[key] = cursor.number(layout)
    elif kind == _STRING:
        metadata[key] = cursor.text(what=f"the value of {key[:60]!r}", keep=_KEPT_TEXT)
    elif kind == _ARRAY:
        items = _read_array(cursor, key)
        if isinstance(items, int):
            lengths[key] = items
        else:
            metadata[key] = items
            lengths[key] = len(items)
    else:
        raise cursor.fail(f"the value of {key[:60]!r} has the unknown type {kind}")


def _read_array(cursor: _Cursor, key: str) -> tuple[int | float | bool, ...] | int:
    """A short array of numbers, or only the length of anything else."""
    kind, count = cursor.whole(_U32), cursor.whole(_U64)
    layout = _SCALARS.get(kind)
    if layout is not None:
        if count * layout.size > cursor.end - cursor.place:
            raise cursor.fail(f"the array {key[:60]!r} of {count} numbers does not fit into the file")
        start = cursor.place
        cursor.place += count * layout.size
        if count > _KEPT_ITEMS:
            return count
        return tuple(
            layout.unpack_from(cursor.buffer, start + index * layout.size)[0] for index in range(count)
        )
    if kind != _STRING:
        raise cursor.fail(f"the array {key[:60]!r} holds values of type {kind}, which arrays cannot hold")
    if count * 8 > cursor.end - cursor.place:
        raise cursor.fail(f"the array {key[:60]!r} of {count} texts does not fit into the file")
    place, end, buffer, length_at = cursor.place, cursor.end, cursor.buffer, _U64.unpack_from
    try:
        for _ in range(count):  # the hot loop: vocabularies have up to half a million entries
            place += 8 + length_at(buffer, place)[0]
            if place > end:
                break
    except error:
        place = end + 1
    if place > end:
        raise cursor.fail(f"a text of the array {key[:60]!r} reaches beyond the end of the file")
    cursor.place = place
    return count


def _read_entry(cursor: _Cursor) -> tuple[str, tuple[int, ...], int, int]:
    """(name, shape, type number, offset) of one tensor."""
    name = cursor.text(_LONGEST_NAME, "a tensor's name")
    n_dimensions = cursor.whole(_U32)
    if not 1 <= n_dimensions <= _MOST_DIMENSIONS:
        raise cursor.fail(
            f"tensor {name[:60]!r} has {n_dimensions} dimensions; 1 to {_MOST_DIMENSIONS} are possible"
        )
    shape = tuple(cursor.whole(_U64) for _ in range(n_dimensions))
    elements = 1
    for length in shape:
        elements *= length
    if not 0 < elements < _MOST_ELEMENTS:
        raise cursor.fail(f"tensor {name[:60]!r} has the impossible shape {shape}")
    return name, shape, cursor.whole(_U32), cursor.whole(_U64)


def _place(
    cursor: _Cursor, entries: list[tuple[str, tuple[int, ...], int, int]], alignment: int
) -> tuple[list[StoredTensor], int, list[str]]:
    """Tensors with their bytes, the bytes of all data, and notes; refuses offsets that overlap or lead
    astray."""
    names = {entry[0] for entry in entries}
    if len(names) != len(entries):
        raise cursor.fail("two tensors have the same name")
    order = sorted(range(len(entries)), key=lambda index: entries[index][3])
    sizes: dict[int, int] = {}
    unknown_types: set[int] = set()
    expected = 0
    for rank, index in enumerate(order):
        name, shape, kind, offset = entries[index]
        following = entries[order[rank + 1]][3] if rank + 1 < len(order) else None
        if offset % alignment or offset != expected:
            raise cursor.fail(f"tensor {name[:60]!r} starts at {offset}, where {expected} was expected")
        per_row = row_bytes(kind, shape[0])
        if per_row is None:
            unknown_types.add(kind)
            if following is None or following <= offset:
                raise cursor.fail(f"tensor {name[:60]!r} has the unknown type {kind}")
            sizes[index] = following - offset
        else:
            sizes[index] = per_row
            for length in shape[1:]:
                sizes[index] *= length
        expected = offset + -(-sizes[index] // alignment) * alignment
    tensors = [
        StoredTensor(
            name=name,
            shape=shape,
            type=TYPES[kind][0] if kind in TYPES else f"type-{kind}",
            n_bytes=sizes[index],
        )
        for index, (name, shape, kind, _) in enumerate(entries)
    ]
    notes = [
        f"tensor type {kind} is unknown; its bytes follow from the next tensor's place"
        for kind in sorted(unknown_types)
    ]
    return tensors, expected, notes
