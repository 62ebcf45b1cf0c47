"""Words, environments and files as shell text: a canary in any of them never runs."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.deploy import shell
from advisor.documents.deployment import Command, TextFile

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
NASTY = (
    "a b",
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary #",
    "x\ny",
    "\x1b[31m",
    "é",
    "-rf",
    "a\\b",
)


def received(command: Command, folder: str) -> list[str]:
    """The words a program gets when bash runs the command's text."""
    text = shell.line(Command(argv=("printf", "%s\\0", *command.argv), env=command.env))
    out = subprocess.run(["bash", "-c", text], capture_output=True, cwd=folder, check=True).stdout
    return out.decode().split("\0")[:-1]


@needs_bash
def test_every_word_arrives_as_it_is(tmp_path):
    """Spaces, quotes, substitutions, line breaks and escapes reach the program and nothing else."""
    assert received(Command(argv=NASTY), str(tmp_path)) == list(NASTY)
    assert os.listdir(tmp_path) == []


@needs_bash
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_any_words_arrive_as_they_are(words):
    """Whatever the characters."""
    assert received(Command(argv=tuple(words)), ".") == words


@needs_bash
def test_a_file_with_the_end_mark_of_a_here_document_stays_whole(tmp_path):
    """A line that reads EOF ends nothing, and what follows it is not run."""
    text = "FROM ./x\nEOF\ntouch canary\nEOF\n"
    subprocess.run(
        ["bash", "-c", shell.written(TextFile(name="Modelfile", text=text))], cwd=tmp_path, check=True
    )
    assert (tmp_path / "Modelfile").read_text() == text
    assert os.listdir(tmp_path) == ["Modelfile"]


@needs_bash
@pytest.mark.parametrize("text", ["\x9b31m", "\u202egpj.exe", "a\u2028b", "caf\udce9"])
def test_what_steers_a_terminal_is_written_by_its_bytes(tmp_path, text):
    """Eight-bit controls, marks of direction and names that are no UTF-8 arrive and are not shown."""
    shown = shell.word(text)
    assert (shown.isascii(), shown.startswith("$'")) == (True, True)
    out = subprocess.run(["bash", "-c", f"printf %s {shown}"], capture_output=True, check=True).stdout
    assert out == os.fsencode(text)


def test_a_note_is_one_line():
    """A line break in it would run what follows."""
    assert shell.comment("a\ntouch canary") == "# a touch canary"


def test_the_environment_stands_in_front():
    """Quoted as words are."""
    assert shell.line(Command(argv=("serve",), env={"NAME": "a b"})) == "NAME='a b' serve"
