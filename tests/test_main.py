"""The process: its streams, its exit code, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def started(*words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """`python -m advisor` with *words*."""
    return subprocess.run([sys.executable, "-m", "advisor", *words], stderr=subprocess.PIPE, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize(("words", "code"), [(("schema", "nothing"), 2), (("schema", "hardware"), 0)])
def test_the_exit_code_is_the_commands(words: tuple[str, ...], code: int) -> None:
    """A wrong name is a wrong command line."""
    assert started(*words, stdout=subprocess.DEVNULL).returncode == code


def test_a_document_is_utf_8_whatever_the_locale_says() -> None:
    """RFC 8259 wants it so; a terminal keeps its own."""
    env = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    out = started("profiles", "show", "gpus", "é", "--json", stdout=subprocess.PIPE, env=env)
    assert (out.returncode, "'é'" in out.stdout.decode("utf-8"), "'é'" in out.stderr.decode("utf-8")) == (
        2,
        True,
        True,
    )


def test_a_reader_that_leaves_is_no_failure() -> None:
    """`| head` closes the pipe early."""
    read, write = os.pipe()
    os.close(read)
    done = started("profiles", "list", "schemes", "--json", stdout=write)
    os.close(write)
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_answer_that_cannot_be_written_is_said() -> None:
    """One line and the code of a bad file."""
    with open("/dev/full", "wb") as full:
        done = started("schema", "hardware", stdout=full)
    assert (done.returncode, done.stderr.decode()) == (
        6,
        "advisor: the answer cannot be written: no space left on the device\n",
    )
