"""What is wrong with a measurement table."""

from __future__ import annotations

from advisor.documents.measurement import KINDS, is_number, problems


def test_the_schema_finds_what_is_wrong() -> None:
    """Wrong words, negative speeds, unknown flags and columns, and remarks in a reduced table are named."""
    header = ["source_id", "hardware_kind", "engine", "model", "phase", "value", "unit", "flags", "n"]
    good = ["a", "gpu", "llama.cpp", "Qwen3-8B", "decode", "10", "tok/s", "outlier;single_run", "1"]
    assert problems("speed_local", header, [good], False) == []
    assert problems("speed_local", header, [[*good[:5], "-1", *good[6:]]], False) == [
        "line 2, value: -1 is outside 1e-09…1e+07"
    ]
    assert problems("speed_local", header, [[*good[:7], "nonsense", "1"]], False) == [
        "line 2, flags: unknown flag 'nonsense'"
    ]
    assert problems("speed_local", header, [["a", "toaster", *good[2:]]], False)[0].startswith(
        "line 2, hardware_kind: 'toaster' is none of gpu"
    )
    assert problems("speed_local", [*header, "notes"], [[*good, "x"]], True) == [
        "a reduced table has no column 'notes'"
    ]
    assert problems("speed_local", [*header, "colour"], [[*good, "x"]], False) == ["unknown column 'colour'"]


def test_a_line_of_another_length_is_named() -> None:
    """Its cells stand under no column, and the lines after it are looked at."""
    header = ["source_id", "hardware", "kind", "measured_gb_s", "n"]
    found = problems("bandwidth", header, [["a", "b"], ["a", "b", "c", "inf", "1"]], False)
    assert found == ["line 2: 2 cells under 5 columns", "line 3, measured_gb_s: inf is no finite number"]


def test_a_table_without_a_needed_column_is_not_read_further() -> None:
    """Its lines would be named one by one."""
    assert problems("bandwidth", ["source_id"], [["a", "b"]], False) == [
        "missing column 'hardware'",
        "missing column 'kind'",
        "missing column 'n'",
    ]


def test_a_word_of_nought_and_one_is_a_number_where_it_is_fitted() -> None:
    """Flash attention counts in speeds; in a table of memory it is a word."""
    found = [is_number(kind, "flash_attn") for kind in ("speed_local", "memory")]
    assert (found, is_number("accuracy", "value"), len(KINDS)) == ([True, False], True, 8)
