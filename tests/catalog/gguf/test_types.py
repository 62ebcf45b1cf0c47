"""The numbers of the format are those of the gguf package."""

from __future__ import annotations

import gguf

from advisor.catalog.gguf.types import FILE_TYPES, TYPES, row_bytes


def test_blocks_are_those_of_the_package() -> None:
    """Every type that the package knows under a number of this table has its name, block and bytes."""
    theirs = {
        int(kind): (kind.name, *gguf.GGML_QUANT_SIZES[kind], 0)
        for kind in gguf.GGMLQuantizationType
        if kind in TYPES
    }
    assert theirs == {number: TYPES[number] for number in theirs}
    assert {0, 1, 2, 12, 14, 30, 39} <= theirs.keys()


def test_file_types_are_those_of_the_package() -> None:
    """`general.file_type` as the package spells it: MOSTLY_Q4_K_M is 15."""
    theirs = {
        int(kind): kind.name.removeprefix("MOSTLY_").removeprefix("ALL_") for kind in gguf.LlamaFileType
    }
    shared = theirs.keys() & FILE_TYPES.keys()
    assert {number: theirs[number] for number in shared} == {number: FILE_TYPES[number] for number in shared}
    assert {0, 1, 7, 15, 18} <= shared


def test_rows_are_whole_blocks() -> None:
    """A row is rounded up to blocks, some types carry a scale a row, an unknown number has no size."""
    assert (144, 288, 140, None) == (
        row_bytes(12, 256),
        row_bytes(12, 257),
        row_bytes(144, 256),
        row_bytes(999, 256),
    )
