"""Our own export, and tables written by hand."""

from __future__ import annotations

import json

import pytest

from advisor.errors import BadFileError
from advisor.measuring.importers.own import read, recognise
from advisor.measuring.rows import Row, plain_row

ROW = Row(kind="speed", metric="tokens_per_s", value=50.0, phase="decode", model="Llama-3.1-8B")


def test_json_lines_come_back() -> None:
    """One object a line."""
    text = (json.dumps(plain_row(ROW)) + "\n") * 2
    assert (True, [ROW, ROW]) == (recognise(text), read(text))


def test_a_table_with_the_needed_columns_will_do() -> None:
    """In any order, marked as UTF-8 or not."""
    text = "\ufeffvalue,kind,metric,phase,model\n50,speed,tokens_per_s,decode,Llama-3.1-8B\n"
    assert (True, [ROW]) == (recognise(text), read(text))


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "{}", '{"kind": "speed"}', "kind,metric\n"])
def test_what_is_none_of_ours(text: str) -> None:
    """A column that is needed is missing."""
    assert not recognise(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind,metric,value\nspeed,m,1\nspeed,m,many\n", "row 2: "),
        ("kind,metric,value\nweather,m,1\n", "'weather' is none of"),
        ('{"kind": "speed", "metric": "m", "value": 1}\nnonsense\n', "not every line is a JSON object"),
    ],
)
def test_the_line_that_is_wrong_is_named(text: str, words: str) -> None:
    """In one line."""
    with pytest.raises(BadFileError, match=words):
        read(text)
