"""Completion scripts."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.completions import SHELLS
from advisor.cli.main import COMMANDS, run


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_in_the_script(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The script of each shell knows the commands and the options of `recommend`."""
    assert 0 == run(["completions", shell])
    script = capsys.readouterr().out
    assert [] == [name for name in COMMANDS if name not in script]
    assert "max-loss" in script


def test_the_bash_script_is_bash(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """bash parses it."""
    run(["completions", "bash"])
    script = tmp_path / "advisor.bash"
    script.write_text(capsys.readouterr().out)
    subprocess.run(["bash", "-n", str(script)], check=True)
