"""Reading what people type."""

from __future__ import annotations

import pytest

from advisor.catalog.names import nearest, number, parse_bandwidth, parse_bytes, parse_count, whole
from advisor.errors import UsageError

GIB = 2**30


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("24564MiB", 24564 << 20),
        ("24g", 24 * GIB),
        ("1.5TB", 1536 * GIB),
        ("64GB", 64 * GIB),
        ("64 GiB", 64 * GIB),
        ("24G", 24 * GIB),
        ("24564 MiB", 24564 * 2**20),
        ("16", 16 * GIB),
    ],
)
def test_memory_is_sold_in_powers_of_two(text, size):
    """GB and GiB mean the same of it, and a bare number is one of them."""
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "0", "-4GB", "many", "64XB", "9" * 30, "1e3"])
def test_what_is_no_size_is_refused(text):
    """With the form it should have."""
    with pytest.raises(UsageError, match="is not a size; write it as 64GB or 24564MiB"):
        parse_bytes(text)


@pytest.mark.parametrize(
    ("text", "rate"), [("1008GB/s", 1008e9), ("1.8 TB/s", 1.8e12), ("936", 936e9), ("51.2 GBps", 51.2e9)]
)
def test_bandwidth_is_stated_in_powers_of_ten(text, rate):
    """As vendors do."""
    assert parse_bandwidth(text) == pytest.approx(rate)


@pytest.mark.parametrize("text", ["", "0", "fast", "1 B/s", "9" * 40])
def test_what_no_memory_moves_is_refused(text):
    """Below a megabyte and beyond a thousand racks."""
    with pytest.raises(UsageError, match="is not a rate; write it as 1008GB/s"):
        parse_bandwidth(text)


@pytest.mark.parametrize(
    ("text", "count"), [("13B", 13 * 10**9), ("350M", 350 * 10**6), ("1.1T", 11 * 10**11)]
)
def test_parameters_are_counted_in_thousands(text, count):
    """By their usual letters."""
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["13", "", "0B", "-1B", "1000000T"])
def test_a_bare_number_is_no_count(text):
    """Nobody means thirteen parameters."""
    with pytest.raises(UsageError, match="is not a count; write it as 13B or 350M"):
        parse_count(text)


def test_cells_are_numbers_or_nothing():
    """An infinite one is nothing."""
    assert (number(""), number("1.5"), number("inf"), whole("8.0"), whole("")) == (None, 1.5, None, 8, None)


def test_swapped_digits_find_the_name_that_was_meant():
    """Before a shorter name that shares more letters."""
    assert nearest("RTX 4009", ("RTX 400", "GeForce RTX 4090", "RTX 4060"), 1) == ("GeForce RTX 4090",)
    assert nearest("Qwen3", ("Qwen3-8B", "Llama"), 5) == ("Qwen3-8B", "Llama")
