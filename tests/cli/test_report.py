"""`advisor report` on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run

ONE = ["report", "--model=Llama-3.1-8B", "--hardware=RTX 4090", "--engine=llama.cpp"]


@pytest.mark.parametrize(
    ("name", "start"),
    [("r.html", b"<!DOCTYPE html>"), ("r.md", b"# Llama-3.1-8B"), ("r.png", b"\x89PNG"), ("r.svg", b"<?xml")],
)
def test_ending_tells_the_format(tmp_path: Path, name: str, start: Any) -> None:
    """Without --format the file's name says what it is."""
    path = tmp_path / name
    assert 0 == run([*ONE, "-o", str(path)])
    assert path.read_bytes().startswith(start)


def test_six_answers_stay_below_a_megabyte(tmp_path: Path) -> None:
    """The largest page that can be asked for can still be mailed."""
    path = tmp_path / "r.html"
    models = [f"--model={name}" for name in ("Llama-3.1-8B", "Qwen3-32B", "Qwen3-8B")]
    machines = ["--hardware=2x A100 80GB", "--hardware=M3 Max 64GB"]
    assert 0 == run(["report", *models, *machines, "-o", str(path)])
    content = path.read_bytes()
    assert 6 == content.count(b"<article ")
    assert len(content) < 1_000_000


def test_more_answers_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Seven machines are one line and exit code 2."""
    machines = [f"--hardware=RTX {number}" for number in (3060, 3070, 3080, 3090, 4070, 4080, 4090)]
    assert 2 == run(["report", "--model=Llama-3.1-8B", *machines])
    assert "give at most 6 together" in capsys.readouterr().err


def test_figures_are_those_of_recommend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page names the scheme and the command that `recommend --json` gives for the same words."""
    assert 0 == run(["recommend", *ONE[1:], "--json"])
    plan = json.loads(capsys.readouterr().out)["recommendation"]
    path = tmp_path / "r.md"
    assert 0 == run([*ONE, "-o", str(path)])
    text = path.read_text(encoding="utf-8")
    assert plan["run_command"] in text
    assert {True} == {reason.split(" (")[0] in text for reason in plan["why"]}


def test_command_on_the_page_asks_the_same_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line printed under "To see the same again" is one the command line takes."""
    import shlex

    path = tmp_path / "r.md"
    assert 0 == run([*ONE, "-o", str(path)])
    line = next(line for line in path.read_text("utf-8").splitlines() if line.startswith("advisor recommend"))
    capsys.readouterr()
    assert 0 == run([*shlex.split(line)[1:], "--json"])
    assert "Llama-3.1-8B" == json.loads(capsys.readouterr().out)["recommendation"]["model"]


def test_unwritable_place_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 with the mend."""
    assert 2 == run([*ONE, "-o", str(tmp_path / "none" / "r.html")])
    assert "choose another with -o" in capsys.readouterr().err


def test_nothing_fits_is_a_page_too(tmp_path: Path) -> None:
    """Exit code 3, and the page says what comes closest."""
    path = tmp_path / "r.html"
    assert 3 == run([*ONE, "--min-speed=5000", "-o", str(path)])
    assert "Nearest miss" in path.read_text(encoding="utf-8")


def test_without_a_model_the_best_one_is_reported(tmp_path: Path) -> None:
    """The table is of the model that is recommended."""
    path = tmp_path / "r.html"
    assert 0 == run(["report", "--hardware=RTX 4090", "-o", str(path)])
    text = path.read_text(encoding="utf-8")
    assert "Other models that fit" in text
    assert 'class="sortable"' in text


def test_environment_names_machine_and_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for `recommend`: ADVISOR_HARDWARE and ADVISOR_MODEL stand for options not given."""
    monkeypatch.setenv("ADVISOR_HARDWARE", "RTX 3060")
    monkeypatch.setenv("ADVISOR_MODEL", "Llama-3.1-8B")
    path = tmp_path / "r.md"
    assert 0 == run(["report", "-o", str(path)])
    assert path.read_text("utf-8").startswith("# Llama-3.1-8B on RTX 3060")


def test_unknown_ending_asks_for_the_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page is not written into a file whose name says PDF."""
    assert 2 == run([*ONE, "-o", str(tmp_path / "r.pdf")])
    assert "add --format" in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())


def test_need_from_a_pipe_serves_one_model(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard input cannot be read twice, and that is said before anything is computed."""
    assert 2 == run([*ONE, "--model=Qwen3-8B", "--requirements=-"])
    assert "standard input is read once" in capsys.readouterr().err
