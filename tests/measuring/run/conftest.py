"""llama.cpp's own programs cannot be installed from a package index: a script stands in that records its
command line and prints the documented output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture
def path_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is looked at first for programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


@pytest.fixture
def stand_in(path_first: Path) -> Callable[..., Path]:
    """A program that notes how it was called, makes the file of logits it was asked for, and prints a file of
    the fixtures' folder."""

    def made(name: str, prints: str | None, code: int = 0) -> Path:
        program, text = path_first / name, FIXTURES / prints if prints else Path("/dev/null")
        program.write_text(
            f"#!{sys.executable}\n"
            "import json, sys\n"
            f"with open({str(path_first / 'calls')!r}, 'a') as file:\n"
            "    file.write(json.dumps(sys.argv[1:]) + '\\n')\n"
            "if '-f' in sys.argv: open(sys.argv[sys.argv.index('--kl-divergence-base') + 1], 'w').close()\n"
            f"sys.stdout.write(open({str(text)!r}, encoding='utf-8').read())\n"
            f"sys.exit({code})\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
        return program

    return made


@pytest.fixture
def calls(path_first: Path) -> Callable[[], list[list[str]]]:
    """The command lines of the programs that stand in."""
    return lambda: [json.loads(line) for line in (path_first / "calls").read_text().splitlines()]
