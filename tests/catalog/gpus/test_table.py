"""profiles/gpus.csv row by row."""

from __future__ import annotations

import pytest

from advisor.catalog.gpus.table import (
    all_gpus,
    gpu_names,
    gpu_row,
    has_memory,
    memory_options,
    row_at,
    rows_with,
)

GIB = 2**30


def test_every_row_is_a_card_under_its_own_name():
    """Versions of one card may share it."""
    names = [match.catalog_name for match in all_gpus()]
    assert set(gpu_names()) == set(names)
    assert gpu_row("GeForce RTX 4090").bandwidth_bytes_per_s == pytest.approx(1008e9, rel=0.01)


def test_a_row_is_found_by_a_word_of_its_line():
    """And its memory is what it is sold with, within what a driver leaves of it."""
    (row,) = (
        row_at(index)
        for index in rows_with("geforce rtx 4090")
        if row_at(index)["name"] == "GeForce RTX 4090"
    )
    assert memory_options(row) == (24 * GIB,)
    assert [has_memory(row, size * GIB) for size in (24, 23, 16)] == [True, True, False]
