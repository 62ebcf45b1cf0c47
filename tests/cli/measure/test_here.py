"""What the options of `advisor measure` ask for on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run
from advisor.cli.measure.here import kept, schemes_of
from advisor.errors import StoreError, UsageError
from advisor.measuring.rows import Row
from advisor.measuring.store import Store

READ = Row(kind="bandwidth", metric="bytes_per_s", value=82.5e9, hardware="box", threads=16)


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of the test's own."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_schemes_are_named_together_or_apart() -> None:
    """Commas and repeated options alike."""
    assert schemes_of(argparse.Namespace(scheme=["Q4_K_M, Q8_0", "F16"])) == ["Q4_K_M", "Q8_0", "F16"]
    with pytest.raises(UsageError, match="--synthetic needs --scheme"):
        schemes_of(argparse.Namespace(scheme=None))


@pytest.mark.parametrize(("dry", "count"), [(False, 1), (True, 0)])
def test_rows_are_kept_unless_it_is_a_dry_run(dry: bool, count: int) -> None:
    """At once: a later interruption loses nothing."""
    assert kept(argparse.Namespace(dry=dry, format="json"), [READ]) == [READ]
    with Store() as store:
        assert store.count() == count


def test_rows_that_cannot_be_kept_are_shown_first(own_store: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A measurement costs minutes."""
    own_store.write_text("no folder")
    with pytest.raises(StoreError):
        kept(argparse.Namespace(dry=False, format="text"), [READ])
    assert "82.5 GB/s" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("speed", "x.bin"), "'x.bin' is no GGUF file; --synthetic measures a model by name"),
        (("speed", "--synthetic", "Qwen3-8B"), "which scheme? --synthetic needs --scheme"),
        (("speed", "x.gguf", "--prompt", "many"), "--prompt many"),
        (("speed", "x.gguf", "--depth", "0,x"), "--depth x"),
        (("accuracy", "x.gguf"), "accuracy needs --reference F16.gguf and --text corpus.txt"),
        (("bandwidth", "--threads", "0"), "--threads 0"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    capsys: pytest.CaptureFixture[str], words: Any, said: str
) -> None:
    """The last one, below warnings of a busy machine."""
    assert run(["measure", *words]) == 2
    captured = capsys.readouterr()
    assert (captured.out, said in captured.err.splitlines()[-1]) == ("", True)
