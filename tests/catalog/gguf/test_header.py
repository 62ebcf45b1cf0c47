"""What a damaged or hostile header says is refused by name, and a large one is not kept."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.catalog.gguf import read_gguf
from advisor.catalog.gguf.header import read_header
from advisor.errors import BadFileError


def test_large_vocabulary_is_counted_not_kept(gguf_files, tmp_path) -> None:
    """150,000 tokens are skipped: the profile stays small and the vocabulary is known by its length."""
    words = [f"token {index}" for index in range(150_000)]
    path = gguf_files.write_gguf(tmp_path / "a.gguf", vocabulary=words)
    tracemalloc.start()
    header = read_header(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert header.array_lengths["tokenizer.ggml.tokens"] == 150_000
    assert peak < 2_000_000


def _pair(key: bytes, kind: int, value: bytes) -> bytes:
    return struct.pack("<Q", len(key)) + key + struct.pack("<I", kind) + value


def _head(n_tensors: int, n_values: int, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, n_tensors, n_values)


def _entry(name: bytes = b"t", shape: tuple[int, ...] = (32,), kind: int = 0, offset: int = 0) -> bytes:
    return (
        struct.pack("<Q", len(name))
        + name
        + struct.pack("<I", len(shape))
        + b"".join(struct.pack("<Q", length) for length in shape)
        + struct.pack("<IQ", kind, offset)
    )


PAD = b"\0" * 4096
HOSTILE = {
    "empty": (b"", "fewer than the header"),
    "short": (b"GGUF", "fewer than the header"),
    "wrong magic": (b"PK\3\4" + PAD, "instead of 'GGUF'"),
    "old format": (b"tjgg" + PAD, "before GGUF"),
    "version 1": (_head(0, 0, 1) + PAD, "version 1"),
    "version 99": (_head(0, 0, 99) + PAD, "version 99"),
    "big endian": (b"GGUF" + struct.pack(">IQQ", 3, 1, 1) + PAD, "big-endian"),
    "countless tensors": (_head(1 << 60, 0) + PAD, "more than"),
    "countless values": (_head(0, (1 << 64) - 1) + PAD, "more than"),
    "overlong key": (_head(0, 1) + struct.pack("<Q", 1 << 40) + PAD, "key"),
    "overlong text": (_head(0, 1) + _pair(b"a", 8, struct.pack("<Q", 1 << 62)) + PAD, "does not fit"),
    "overlong array": (_head(0, 1) + _pair(b"a", 9, struct.pack("<IQ", 4, 1 << 61)) + PAD, "does not fit"),
    "overlong text array": (
        _head(0, 1) + _pair(b"a", 9, struct.pack("<IQ", 8, 1 << 61)) + PAD,
        "does not fit",
    ),
    "text array beyond the end": (
        _head(0, 1) + _pair(b"a", 9, struct.pack("<IQQ", 8, 1, 1 << 50)) + PAD,
        "beyond",
    ),
    "nested array": (_head(0, 1) + _pair(b"a", 9, struct.pack("<IQIQ", 9, 1, 9, 1)) + PAD, "cannot hold"),
    "unknown value type": (_head(0, 1) + _pair(b"a", 77, b"") + PAD, "unknown type 77"),
    "key twice": (_head(0, 2) + 2 * _pair(b"a", 0, b"\1") + PAD, "twice"),
    "odd alignment": (
        _head(0, 1) + _pair(b"general.alignment", 4, struct.pack("<I", 24)) + PAD,
        "power of two",
    ),
    "no alignment": (
        _head(0, 1) + _pair(b"general.alignment", 4, struct.pack("<I", 0)) + PAD,
        "power of two",
    ),
    "five dimensions": (_head(1, 0) + _entry(shape=(1, 1, 1, 1, 1)) + PAD, "5 dimensions"),
    "no dimension": (_head(1, 0) + _entry(shape=()) + PAD, "0 dimensions"),
    "empty tensor": (_head(1, 0) + _entry(shape=(0, 4)) + PAD, "impossible shape"),
    "overflowing tensor": (_head(1, 0) + _entry(shape=(1 << 40, 1 << 40)) + PAD, "impossible shape"),
    "negative size": (_head(1, 0) + _entry(shape=((1 << 64) - 32,)) + PAD, "impossible shape"),
    "unknown tensor type": (_head(1, 0) + _entry(kind=999) + PAD, "unknown type 999"),
    "offset outside": (_head(1, 0) + _entry(offset=1 << 40) + PAD, "was expected"),
    "overlapping tensors": (_head(2, 0) + _entry(b"a", (64,)) + _entry(b"b", (64,)) + PAD, "was expected"),
    "name twice": (_head(2, 0) + _entry(b"a", (8,)) + _entry(b"a", (8,), offset=32) + PAD, "same name"),
    "no tensors": (_head(0, 0) + PAD, "no tensors"),
    "no architecture": (_head(1, 0) + _entry() + PAD, "architecture"),
    "truncated in a value": (_head(0, 2) + _pair(b"a", 0, b"\1") + b"\0" * 5, "the middle of a value"),
}


@pytest.mark.parametrize(("data", "cause"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_is_refused_by_name(tmp_path, data: bytes, cause: str) -> None:
    """Each lie in a header has its own one-line error."""
    path = tmp_path / "hostile.gguf"
    path.write_bytes(data)
    with pytest.raises(BadFileError, match=cause) as caught:
        read_gguf(path)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 6


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=4),
)
def test_damaged_files_are_read_or_refused(q4_k_m, tmp_path, cut: float, changes: list) -> None:
    """However a real header is cut or overwritten: an answer or a named error, in little memory."""
    good = q4_k_m.read_bytes()
    data = bytearray(good[: int(len(good) * cut)])
    for place, patch in changes:
        start = int(place * min(len(data), 12_000))
        data[start : start + len(patch)] = patch
    path = tmp_path / "damaged.gguf"
    path.write_bytes(data)
    with contextlib.suppress(BadFileError):
        assert read_gguf(path).tensors


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.binary(max_size=600), n_tensors=st.integers(0, 9), n_values=st.integers(0, 9))
def test_random_bytes_after_a_good_start_are_refused(
    tmp_path, tail: bytes, n_tensors: int, n_values: int
) -> None:
    """Noise behind a valid magic never crashes the reader."""
    path = tmp_path / "noise.gguf"
    path.write_bytes(_head(n_tensors, n_values) + tail)
    with pytest.raises(BadFileError):
        read_gguf(path)
