"""What strangers wrote, printed."""

import pytest

from advisor.documents.hardware import HardwareProfile
from advisor.report.terminal import clean, cleaned, escaped


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Llama-3.1-8B", "Llama-3.1-8B"),
        ("naïve – 模型", "naïve – 模型"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nRun:\n  rm", "a\\x0aRun:\\x0a  rm"),
        ("a\rb\tc", "a\\x0db c"),
        ("a\x9bb\x7f", "a\\x9bb\\x7f"),
        ("a\u202eb\u2066", "a\\u202eb\\u2066"),
        ("a\ud800", "a\\ud800"),
    ],
)
def test_controls_are_written_as_their_escapes(text, safe):
    """Nothing that steers a terminal, ends a line or turns its direction is printed raw."""
    assert safe == clean(text)


def test_every_string_of_a_document():
    """Names and notes inside a document are made safe, wherever they stand."""
    document = HardwareProfile(source="user", name="a\x1bb", notes=("x\ny",))
    found = cleaned(document)
    assert ("a\\x1bb", ("x\\x0ay",)) == (found.name, found.notes)


def test_our_own_commands_keep_their_lines():
    """Only a command of ours may hold several lines; its other controls go."""
    assert {"run_command": "a\nb\\x1b"} == cleaned({"run_command": "a\nb\x1b"})


def test_markup_is_escaped():
    """Links, code, tables and tags out of names stay text."""
    assert r"\<b\> \[x\](y) \`c\` a\|b \*d\*" == escaped("<b> [x](y) `c` a|b *d*")
