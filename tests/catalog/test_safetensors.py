"""Headers of safetensors files."""

from __future__ import annotations

import json
from struct import pack

import pytest

from advisor.catalog.safetensors import read_safetensors
from advisor.documents.model import StoredTensor
from advisor.errors import BadFileError

GOOD = {"dtype": "BF16", "shape": [4, 8], "data_offsets": [0, 64]}


@pytest.fixture
def written(tmp_path):
    """(header or bytes, bytes of data) -> the file."""

    def made(header, n_bytes: int = 64):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        path = tmp_path / "m.safetensors"
        path.write_bytes(pack("<Q", len(text)) + text + bytes(n_bytes))
        return path

    return made


def test_tensors_are_told_last_dimension_first(written):
    """As ggml does; metadata is none."""
    path = written({"__metadata__": {"format": "pt"}, "w": GOOD})
    assert read_safetensors(path) == (StoredTensor(name="w", shape=(8, 4), type="BF16", n_bytes=64),)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dtype": "F7"}, "impossible"),
        ({"shape": [-4, -8]}, "impossible"),
        ({"shape": [4, True]}, "impossible"),
        ({"shape": "48"}, "impossible"),
        ({"data_offsets": [64, 0]}, "impossible"),
        ({"data_offsets": [0, 10**12]}, "impossible"),
        ({"shape": [4, 9]}, "does not have the bytes its shape needs"),
        ({"shape": [2**62, 2**62]}, "does not have the bytes its shape needs"),
    ],
)
def test_an_impossible_tensor_is_named(written, change, said):
    """Types nobody has, negative shapes, bytes beyond the file."""
    with pytest.raises(BadFileError, match=said):
        read_safetensors(written({"w": {**GOOD, **change}}))


@pytest.mark.parametrize(
    ("header", "said"),
    [(b"{ ", "not JSON"), (b"[]", "not a JSON object"), (b"[" * 5000, "not JSON"), (b"\xff\xff", "not JSON")],
)
def test_a_header_that_is_none_is_refused(written, header, said):
    """Truncated, a list, nested too deep, no text."""
    with pytest.raises(BadFileError, match=said):
        read_safetensors(written(header))


@pytest.mark.parametrize("content", [b"", b"1234567", pack("<Q", 2**40) + b"{}"])
def test_a_length_beyond_the_file_is_refused(tmp_path, content):
    """Before anything is read."""
    path = tmp_path / "m.safetensors"
    path.write_bytes(content)
    with pytest.raises(BadFileError, match=r"safetensors file|the header claims"):
        read_safetensors(path)
