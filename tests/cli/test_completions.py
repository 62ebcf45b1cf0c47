"""Completion scripts."""

import subprocess

import pytest

from advisor.cli.completions import SHELLS
from advisor.cli.main import COMMANDS, run


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_in_the_script(shell, capsys):
    """The script of each shell knows the commands and the options of `recommend`."""
    assert 0 == run(["completions", shell])
    script = capsys.readouterr().out
    assert [] == [name for name in COMMANDS if name not in script]
    assert "max-loss" in script


def test_the_bash_script_is_bash(capsys, tmp_path):
    """bash parses it."""
    run(["completions", "bash"])
    script = tmp_path / "advisor.bash"
    script.write_text(capsys.readouterr().out)
    subprocess.run(["bash", "-n", str(script)], check=True)
