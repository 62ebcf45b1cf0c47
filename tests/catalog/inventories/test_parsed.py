"""The text of an inventory is read as it was meant."""

from __future__ import annotations

import pytest

from advisor.catalog.inventories._parsed import parsed, plain_text


def test_colours_marks_and_line_ends_are_no_text() -> None:
    """What terminals and Windows add is taken off."""
    assert plain_text("\ufeff\x1b[32mname\x1b[0m\r\nx") == "name\nx"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"a": 1}\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('WARNING: you should run this program as super-user.\n[{"a": 1}]\n', [{"a": 1}]),
        ('[{"a": 1}]\nWARNING: output may be incomplete.', [{"a": 1}]),
        ("kind: Node\nx: 1\n", {"kind": "Node", "x": 1}),
        ("kind: Node\n---\nkind: Node\n", [{"kind": "Node"}] * 2),
        ('{"a": 1} and more', None),
        ('{"a": ', None),
        ("kind: [", None),
        ("a table of words", None),
    ],
)
def test_json_and_yaml_are_told_from_words(text: str, expected: object) -> None:
    """One document, several below each other, warnings around them; None for anything else."""
    assert parsed(text) == expected


def test_yaml_that_refers_to_itself_is_refused() -> None:
    """A few lines could stand for gigabytes."""
    with pytest.raises(ValueError, match="refers to parts of itself"):
        parsed("kind: &a [x]\nb: *a\n")
