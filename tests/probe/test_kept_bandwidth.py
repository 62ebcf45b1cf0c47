"""A measured bandwidth outlives the process, not the user's wish to be rid of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.errors import ExitCode
from advisor.probe import probe
from advisor.probe.kept_bandwidth import forget_bandwidth, keep_bandwidth, kept_bandwidth


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and an empty store."""
    monkeypatch.setenv("ADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_the_best_of_repeated_measurements_is_kept() -> None:
    """A slower one later changes nothing; company only ever slows a reading down."""
    keep_bandwidth(20e9, None)
    assert keep_bandwidth(15e9, "1.7 of 2 cores") == kept_bandwidth() == (20e9, None)
    assert keep_bandwidth(25e9, None) == (25e9, None)


def test_the_note_of_a_busy_machine_goes_with_the_first_quiet_measurement() -> None:
    """Until then every profile carries it."""
    keep_bandwidth(20e9, "1.7 of 2 cores")
    note = "while the machine was busy (load 1.7 of 2 cores): run it again on a quiet machine"
    assert any(note in said for said in probe().notes)
    keep_bandwidth(19e9, None)
    assert kept_bandwidth() == (20e9, None)
    assert not any("busy" in said and "bandwidth" in said for said in probe().notes)


def test_what_is_forgotten_is_unknown_again() -> None:
    """The profile states no measured bandwidth any more."""
    keep_bandwidth(20e9, "1.7 of 2 cores")
    assert probe().memory.measured_bandwidth_bytes_per_s == 20e9
    assert forget_bandwidth() == 20e9
    assert probe().memory.measured_bandwidth_bytes_per_s is None
    assert forget_bandwidth() is None


def test_removing_every_row_says_that_the_bandwidth_stays(capsys: pytest.CaptureFixture[str]) -> None:
    """And names the command that drops it, which does."""
    keep_bandwidth(20e9, None)
    assert run(["measurements", "remove", "--all"]) == 0
    assert "`advisor probe --forget` drops it" in capsys.readouterr().err
    assert run(["probe", "--forget", "--json"]) == 0
    assert "20.0 GB/s are forgotten" in capsys.readouterr().err
    assert run(["measurements", "remove", "--all"]) == 0
    assert capsys.readouterr().err == ""


def test_figures_that_cannot_be_kept_are_shown(
    own_folders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table first, then one line that says why it is not in the store."""
    (own_folders / "file").write_text("in the way")
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(own_folders / "file"))
    assert run(["measure", "bandwidth", "--threads", "1"]) == ExitCode.BAD_FILE
    out, err = capsys.readouterr()
    assert "GB/s" in out
    assert "advisor: cannot make the folder" in err
