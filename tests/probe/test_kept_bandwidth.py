"""A measured bandwidth outlives the process, not the user's wish to be rid of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.errors import ExitCode
from advisor.probe import measure, probe
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
    keep_bandwidth(15e9, None)
    assert 20e9 == kept_bandwidth()
    keep_bandwidth(25e9, None)
    assert 25e9 == kept_bandwidth() == probe().memory.measured_bandwidth_bytes_per_s


def test_what_a_busy_machine_gave_is_not_kept() -> None:
    """A bandwidth measured beside other work would halve every later answer: it is used by none."""
    assert not keep_bandwidth(8.9e9, "1.7 of 2 cores")
    assert (None, None) == (kept_bandwidth(), probe().memory.measured_bandwidth_bytes_per_s)


def test_a_busy_machine_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile says what was measured and that it is not used."""
    monkeypatch.setattr("advisor.probe.load.load_words", lambda used, cores: "1.7 of 2 cores")
    monkeypatch.setattr("advisor.probe.bandwidth.measure_read_bandwidth", lambda threads, progress: 8.9e9)
    profile = measure(probe())
    assert profile.memory.measured_bandwidth_bytes_per_s is None
    assert any("busy (8.9 GB/s, load 1.7 of 2 cores) and is not used" in note for note in profile.notes)


def test_a_folder_that_cannot_be_written_is_noted(own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figure stands in this profile, with a word that it was not kept."""
    (own_folders / "file").write_text("in the way")
    monkeypatch.setenv("ADVISOR_CACHE_DIR", str(own_folders / "file"))
    monkeypatch.setattr("advisor.probe.load.load_words", lambda used, cores: None)
    monkeypatch.setattr("advisor.probe.bandwidth.measure_read_bandwidth", lambda threads, progress: 53e9)
    profile = measure(probe())
    assert 53e9 == profile.memory.measured_bandwidth_bytes_per_s
    assert any("could not be kept" in note for note in profile.notes)


def test_what_is_forgotten_is_unknown_again() -> None:
    """The profile states no measured bandwidth any more."""
    keep_bandwidth(20e9, None)
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
