"""One command line: commands, failures, exit codes."""

from __future__ import annotations

from typing import Any

import pytest

from advisor import __version__
from advisor.cli.main import COMMANDS, run


def test_without_a_terminal_the_commands_are_listed(advisor: Any) -> None:
    """Each with what it is for."""
    found = advisor()
    assert (found.code, [name for name in COMMANDS if f"  {name}" not in found.out]) == (0, [])


def test_the_version_is_the_packages(advisor: Any) -> None:
    """In one line."""
    assert advisor("--version").out == f"advisor {__version__}\n"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_shows_its_options(capsys: pytest.CaptureFixture[str], command: Any) -> None:
    """With a line of what it is for."""
    with pytest.raises(SystemExit) as ended:
        run([command, "--help"])
    assert (ended.value.code, capsys.readouterr().out.startswith(f"usage: advisor {command} ")) == (0, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("recomend",), "nearest: recommend"),
        (("--model", "x"), "options go after a command"),
        (("recommend", "--colour"), "unrecognized arguments: --colour"),
    ],
)
def test_a_command_line_that_is_none_is_one_line(advisor: Any, words: Any, said: str) -> None:
    """Exit code 2."""
    found = advisor(*words)
    assert (found.code, found.out, len(found.err.splitlines()), said in found.err) == (2, "", 1, True)


def test_what_is_quoted_is_cut_and_steers_no_terminal(advisor: Any) -> None:
    """A message quotes what was given."""
    found = advisor("schema", "\x1b[2J" + "x" * 10_000)
    assert ("\x1b" in found.err, "\\x1b[2J" in found.err, len(found.err) < 3000) == (False, True, True)
