"""One measurement, as it is kept and written."""

from __future__ import annotations

import json

import pytest

from advisor.measuring.rows import COLUMNS, Row, of_plain, plain_row

ROW = Row(
    kind="speed",
    metric="tokens_per_s",
    value=51.25,
    sd=0.5,
    n=5,
    phase="decode",
    model="Llama-3.1-8B",
    scheme="Q4_K_M",
    prompt_tokens=512,
    facts={"file": "a.gguf"},
)


def test_there_and_back() -> None:
    """As JSON values, and as cells of text."""
    plain = plain_row(ROW)
    cells = {name: "" if cell is None else str(cell) for name, cell in plain.items()}
    cells["facts"] = json.dumps(plain["facts"])
    assert (ROW, ROW, list(COLUMNS)) == (of_plain(plain), of_plain(cells), list(plain))


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"facts": {}, "sd": None, "n": 1, "flags": "busy", "tool_version": "2"}, True),
        ({"value": 51.25000001}, True),
        ({"value": 51.3}, False),
        ({"scheme": "Q4_K_S"}, False),
        ({"prompt_tokens": 513}, False),
    ],
)
def test_two_formats_of_one_run_are_one_measurement(changes: dict[str, object], same: bool) -> None:
    """Samples, spread and doubts do not make a row another; what was measured does."""
    assert same == (of_plain(plain_row(ROW) | changes).key() == ROW.key())


def test_equal_rows_of_one_file_are_told_apart() -> None:
    """By their place among equals."""
    assert 3 == len({ROW.key(nth) for nth in range(3)})


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ({"kind": "weather", "metric": "m", "value": 1}, ValueError),
        ({"kind": "speed", "metric": "m", "value": "many"}, ValueError),
        ({"kind": "speed", "metric": "m", "value": 1, "facts": "{"}, ValueError),
        ({"kind": "speed", "metric": "m"}, TypeError),
    ],
)
def test_what_is_no_row(cells: dict[str, object], error: type[Exception]) -> None:
    """An unknown kind, no number, damaged facts, no value."""
    with pytest.raises(error):
        of_plain(cells)
