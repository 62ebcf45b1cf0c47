"""The wheel is tried on every Python of the machine, and one that answers otherwise is a failure."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

EVERY = runpy.run_path(
    str(Path(__file__).parents[1] / "scripts" / "every_python.py"), run_name="every_python"
)


@pytest.mark.parametrize(
    ("prints", "found"),
    [("3 10", []), ("3 11", [(3, 11)]), ("3 14", [(3, 14)]), ("pyenv: not found", []), ("", [])],
)
def test_which_pythons_are_tried(tmp_path: Path, prints: str, found: list[tuple[int, int]]):
    """Those that run and are new enough; a shim of a version that is off is none."""
    python = tmp_path / "python3.99"
    python.write_text(f"#!/bin/sh\necho '{prints}'\n", encoding="utf-8")
    python.chmod(0o755)
    assert found == list(EVERY["working"]([python]))


def test_this_python_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """On the PATH by its name with the version."""
    (tmp_path / f"python3.{sys.version_info.minor}").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sys.version_info[:2] in EVERY["working"](EVERY["candidates"]())


@pytest.mark.parametrize(("second", "code"), [("a", 0), ("b", 1)])
def test_other_answers_are_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: str, code: int):
    """Two Pythons print the same bytes, or the exit code is 1."""
    pythons = {(3, 11): tmp_path / "a", (3, 12): tmp_path / second}
    main = EVERY["main"]
    monkeypatch.setitem(main.__globals__, "answers", lambda python, *_: python.name.encode())
    assert code == main(tmp_path / "x.whl", pythons)


def test_what_cannot_be_installed_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A Python that cannot make an environment is named with what it said."""
    python = tmp_path / "python3.11"
    python.write_text("#!/bin/sh\necho no room >&2\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    assert 1 == EVERY["main"](tmp_path / "x.whl", {(3, 11): python})
    assert "Python 3.11: FAILED: no room\n" == capsys.readouterr().out
