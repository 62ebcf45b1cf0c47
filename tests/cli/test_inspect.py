"""What `advisor inspect` prints is for reading: units, no Python values, and files of any name."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run


@pytest.fixture
def file(tmp_path: Path, gguf_files: Any) -> Path:
    """A small model."""
    path: Path = gguf_files.write_gguf(tmp_path / "tiny.gguf")
    return path


def test_the_page_has_units(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bits with two digits, sizes in the unit that fits, no tuple of notes."""
    run(["inspect", str(file), "--hardware", "RTX 4090"])
    lines = dict(line.strip().split("  ", 1) for line in capsys.readouterr().out.splitlines()[2:12])
    said = {name: value.strip() for name, value in lines.items()}
    assert said["file"].endswith((" KB", " MB"))
    assert len(said["bits per weight"]) == 4
    assert said["context length"] == "4096 tokens"
    assert "notes" not in said


def test_a_gguf_file_is_known_by_its_content(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ollama's blobs have no ending."""
    blob = file.with_name("sha256-0123")
    shutil.copy(file, blob)
    assert run(["inspect", str(blob), "--hardware", "RTX 4090"]) == 0
    assert "bits per weight" in capsys.readouterr().out


def test_a_file_in_the_working_folder_is_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bare word that is a folder is read, and a text file refused as a bad file, not as an unknown name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "README.md").write_text("# words")
    assert run(["inspect", "model"]) == 6
    assert run(["inspect", "README.md"]) == 6
    assert "README.md is not a GGUF file" in capsys.readouterr().err
