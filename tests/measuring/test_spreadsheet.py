"""An exported table runs nothing in a spreadsheet, and comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.measuring.importers.own import read
from advisor.measuring.rows import Row
from advisor.measuring.spreadsheet import behind_apostrophe, without_apostrophe
from advisor.measuring.store import Origin, Store


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "'=1", "''=1", "'x", "x", "", 5.0, -5.0, None])
def test_there_and_back(cell: object):
    """Nothing begins as a formula but numbers, and nothing is lost."""
    written = behind_apostrophe(cell)
    assert cell == without_apostrophe(written)
    assert not (isinstance(written, str) and written.startswith(("=", "+", "-", "@")))


def test_an_export_comes_back(tmp_path: Path):
    """The cell is quoted in the file, and the row is the same row."""
    with Store() as store:
        store.add([Row(kind="speed", metric="tokens_per_s", value=1.0, tool="=cmd()")], Origin())
    assert 0 == run(["measurements", "export", str(tmp_path / "x.csv")])
    assert "'=cmd()" in (tmp_path / "x.csv").read_text(encoding="utf-8")
    assert ["=cmd()"] == [row.tool for row in read((tmp_path / "x.csv").read_text(encoding="utf-8"))]


def test_no_such_source(capsys: pytest.CaptureFixture[str]):
    """A number that no source can have is a usage error."""
    assert 2 == run(["measurements", "remove", "--source", "9" * 30])
    assert "no source" in capsys.readouterr().err
