"""`advisor predict --batch --ray` writes the answers and nothing else to standard output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run


def test_ray_is_for_batches(capsys: pytest.CaptureFixture[str]) -> None:
    """One case needs no cluster."""
    assert 2 == run(["predict", "--model", "Llama-3.1-8B", "--scheme", "Q4_K_M", "--ray", "local"])
    assert "--ray is for many cases: give --batch FILE" in capsys.readouterr().err


def test_standard_output_is_the_answers_alone(
    cluster: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a cluster as without one."""
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps({"model": "Llama-3.1-8B", "scheme": "Q4_K_M"}) + "\n{}\n")
    assert 0 == run(["predict", "--batch", str(file)])
    here = capsys.readouterr().out
    assert 0 == run(["predict", "--batch", str(file), "--ray", "local"])
    assert here == capsys.readouterr().out


def test_lengths_are_written_as_in_the_other_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """4k is 4096 here too."""
    case = ["predict", "--model", "Llama-3.1-8B", "--scheme", "Q4_K_M", "--hardware", "RTX 4090"]
    printed = []
    for lengths in (["--prompt", "4k", "--output", "1k"], ["--prompt", "4096", "--output", "1024"]):
        assert 0 == run([*case, *lengths])
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert 2 == run([*case, "--context", "x"])
    assert "advisor: --context x: give a whole number above zero" in capsys.readouterr().err
