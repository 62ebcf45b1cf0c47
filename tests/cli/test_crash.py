"""A defect is one line with a report, and no stream, locale or character is a defect."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.cli import profiles
from advisor.cli.main import run

PREDICT = [
    sys.executable,
    "-m",
    "advisor",
    "predict",
    "--json",
    "--model",
    "Llama-3.1-8B",
    "--scheme",
    "Q4_K_M",
]


def broken(args: object) -> int:
    """A command with a defect."""
    raise OverflowError("int too large to convert to float")


def test_a_defect_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 1, an error document, and a report with the traceback in a file that the line names."""
    monkeypatch.setattr(profiles, "run", broken)
    monkeypatch.setattr("advisor.errors._reported", {})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert 1 == run(["profiles", "list", "gpus", "--json"])
    out, err = capsys.readouterr()
    (report,) = tmp_path.iterdir()
    assert (1, True) == (len(err.splitlines()), str(report) in err)
    assert "unexpected" == json.loads(out)["error"]["code"]
    assert "in broken" in report.read_text(encoding="utf-8")


def test_a_defect_without_a_place_for_its_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The line says so, and where the defect is."""
    monkeypatch.setattr(profiles, "run", broken)
    monkeypatch.setattr("advisor.errors._reported", {})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    assert 1 == run(["profiles", "list", "gpus"])
    assert "test_crash.py" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp932:strict", "utf-16"])
def test_documents_are_utf8(encoding: str) -> None:
    """Whatever the console's code page is, a redirected document is the same UTF-8."""
    done = subprocess.run(
        [*PREDICT, "--hardware", "Ryzen 9 7950X"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
    )
    assert (0, b"") == (done.returncode, done.stderr)
    assert "weights_bytes" in json.loads(done.stdout.decode("utf-8"))


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed: str) -> None:
    """A stream that the caller closed is no defect."""
    command = " ".join(f"'{word}'" for word in PREDICT)
    done = subprocess.run(["/bin/sh", "-c", f"{command} {closed}"], capture_output=True, check=False)
    assert (0, b"") == (done.returncode, done.stderr)


def test_half_a_character(tmp_path: Path) -> None:
    """A lone surrogate in a model's config is an escape in the document."""
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": 2,
        "vocab_size": 320, "hidden_size": 64, "num_attention_heads": 4,
        "intermediate_size": 128, "torch_dtype": "\ud800",
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "advisor", "inspect", str(tmp_path), "--json"],
        capture_output=True,
        check=False,
    )
    assert b"" == done.stderr
    json.loads(done.stdout.decode("utf-8"))
