"""Long commands say what they do where a pipe takes their output."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.cli.main import run


def test_a_fit_through_a_pipe_says_each_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line on stderr per part, nothing of it on stdout."""
    assert run(["fit", "--only", "quality", "--out", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == ["fitting quality", "fitted"]
    assert "fitting" not in out


def test_an_evaluation_through_a_pipe_says_each_part(capsys: pytest.CaptureFixture[str]) -> None:
    """One line on stderr per part, the tables on stdout."""
    assert run(["evaluate", "quality"]) == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == ["evaluating quality"]
    assert "evaluating" not in out
