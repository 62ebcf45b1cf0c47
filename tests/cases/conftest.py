"""Public cases, asked on the command line as people ask them."""

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Any

import pytest

from advisor.cli.main import run


@dataclass(frozen=True)
class Answer:
    """What a command printed."""

    code: int
    text: str
    error: str

    @property
    def document(self) -> dict[str, Any]:
        """The answer under --json."""
        return json.loads(self.text)

    @property
    def plan(self) -> dict[str, Any]:
        """The plan recommended."""
        return self.document["recommendation"]

    @property
    def plans(self) -> list[dict[str, Any]]:
        """The plan recommended and its runners-up."""
        return [self.plan, *self.document["alternatives"]]

    @property
    def message(self) -> str:
        """The one line of a failure."""
        return self.document["error"]["message"]

    @property
    def words(self) -> list[str]:
        """The command that starts the recommended plan."""
        return self.plan["run_command"].split()

    def after(self, flag: str) -> str:
        """The word behind *flag* in that command."""
        return self.words[self.words.index(flag) + 1]


@cache
def _ask(*argv: str) -> Answer:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(list(argv))
    return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def ask():
    """`advisor ARGUMENTS`: exit code, standard output, standard error."""
    return _ask


@pytest.fixture(scope="session")
def recommend():
    """`advisor recommend --model MODEL --hardware HARDWARE … --json`."""

    def asked(model: str, hardware: str, *more: str) -> Answer:
        return _ask("recommend", "--model", model, "--hardware", hardware, *more, "--json")

    return asked


@pytest.fixture(scope="session")
def recommend_any():
    """The same without a model."""

    def asked(hardware: str, *more: str) -> Answer:
        return _ask("recommend", "--hardware", hardware, *more, "--json")

    return asked


@pytest.fixture
def folder(tmp_path):
    """Writes a config.json into a folder of its own; the path of the folder."""

    def written(name: str, config: dict[str, Any]) -> str:
        place = tmp_path / name
        place.mkdir()
        (place / "config.json").write_text(json.dumps(config), encoding="utf-8")
        return str(place)

    return written
