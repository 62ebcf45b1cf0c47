"""What several commands share: machine, model and need, from options, files and the environment."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.cli.main import run
from advisor.documents.plain import dumps, plain
from advisor.documents.requirements import Requirements, TaskNeed


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, Any]:
    """The document `advisor recommend --json` prints, and its exit code."""
    code = run(["recommend", "--json", *argv])
    return code, json.loads(capsys.readouterr().out)


def test_a_machine_on_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--hardware -` reads a saved probe from a pipe."""
    monkeypatch.setattr("sys.stdin", io.StringIO(dumps(resolve_hardware("RTX 4090", Overrides()))))
    code, document = answer(capsys, "--model", "Llama-3.1-8B", "--hardware", "-")
    assert (0, "RTX 4090") == (code, document["hardware"]["name"])


def test_a_machine_and_a_model_in_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ADVISOR_HARDWARE and ADVISOR_MODEL stand for options that are not given; an option wins."""
    monkeypatch.setenv("ADVISOR_HARDWARE", "RTX 4090")
    monkeypatch.setenv("ADVISOR_MODEL", "Qwen3-8B")
    _, document = answer(capsys, "--model", "Llama-3.1-8B")
    assert ("RTX 4090", "Llama-3.1-8B") == (document["hardware"]["name"], document["requirements"]["model"])


def test_requirements_in_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file of the schema that `advisor schema requirements` prints is the whole need, its model
    included."""
    need = Requirements(model="Llama-3.1-8B", tasks=(TaskNeed(task="math"),), max_loss_pct=1.0)
    file = tmp_path / "need.json"
    file.write_text(dumps(need))
    code, document = answer(capsys, "--requirements", str(file), "--hardware", "RTX 4090")
    assert (0, plain(need)) == (code, document["requirements"])


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--requirements", "{file}", "--task", "math"), "--requirements holds the whole need"),
        (("--model", "Llama-3.1-8B", "--licence", "mit"), "leave out --model"),
        (("--since", "yesterday"), "--since yesterday: give a year"),
    ],
)
def test_contradictions_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, argv: Any, words: str
) -> None:
    """What cannot hold together is a usage error that names the option."""
    file = tmp_path / "need.json"
    file.write_text(dumps(Requirements()))
    code, document = answer(capsys, "--hardware", "RTX 4090", *(part.format(file=file) for part in argv))
    assert (2, True) == (code, words in document["error"]["message"])
