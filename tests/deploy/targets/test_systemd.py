"""Units, judged by systemd itself where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from advisor.deploy.targets import write
from advisor.errors import UnsupportedError

ANALYZE = shutil.which("systemd-analyze")


def judged(file: Path) -> str:
    """systemd's complaints; its exit code says nothing."""
    return subprocess.run([str(ANALYZE), "verify", str(file)], capture_output=True, text=True).stderr


@pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze")
def test_systemd_accepts_what_is_printed(tmp_path, plan, canary_plan):
    """Plain, with a canary in every text, and weights that must be made."""
    said = []
    for name, what in (
        ("plain", plan()),
        ("canary", canary_plan),
        ("made", plan(ready_made=False, weights="./m")),
    ):
        file = tmp_path / f"{name}.service"
        file.write_text(write(what, "systemd"))
        said.append(judged(file))
    assert said == ["", "", ""]


@pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze")
def test_systemd_refuses_a_wrong_key(tmp_path, plan):
    """The judge can say no."""
    bad = tmp_path / "bad.service"
    bad.write_text(write(plan(), "systemd").replace("RestartSec", "RestartSecs"))
    assert "RestartSecs" in judged(bad)


def test_a_word_is_quoted_as_systemd_reads_it(canary_plan):
    """Percent signs and dollars are doubled, quotes and backslashes escaped."""
    lines = write(canary_plan, "systemd").splitlines()
    line = next(line for line in lines if line.startswith("ExecStart="))
    assert line.startswith('ExecStart=/usr/bin/env vllm serve "$$(touch canary) `touch canary` $${HOME}')
    assert """%%n '\\"; touch canary #" --host""" in line


def test_a_file_beside_the_command_is_refused(made_plan):
    """A unit is one file."""
    with pytest.raises(UnsupportedError, match=r"serve\.yml"):
        write(made_plan, "systemd")


def test_a_mac_is_refused(plan):
    """It has no systemd."""
    with pytest.raises(UnsupportedError, match="no systemd"):
        write(plan(backend="metal"), "systemd")
