"""A row that another program wrote into the store is set aside with its number, and the answer goes on."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.resolve import resolve_hardware
from advisor.cli.main import run
from advisor.data import store_file
from advisor.errors import ExitCode
from advisor.measuring.check import FILE
from advisor.measuring.fingerprint import fingerprint
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store

CARD = "RTX 4090"
ASK = ("recommend", "--json", "--model", "llama-3.1-8b", "--hardware", CARD, "--engine", "llama.cpp")
CELLS: dict[str, Any] = {
    "kind": "speed", "metric": "tokens_per_s", "phase": "decode", "model": "Llama-3.1-8B", "scheme": "Q4_K_M",
    "engine": "llama.cpp", "backend": "cuda", "output_tokens": 128, "depth": 0, "concurrency": 1,
}  # fmt: skip


def keep(*values: float, **cells: Any) -> None:
    """Rows of the card, one for each value."""
    host = fingerprint(resolve_hardware(CARD))
    with Store() as store:
        rows = [Row(value=value, host=host, **{**CELLS, **cells}) for value in values]
        store.add(rows, Origin())


def poison(**cells: Any) -> None:
    """Write *cells* into row 1, as another program could."""
    with sqlite3.connect(store_file()) as db:
        for name, value in cells.items():
            db.execute(f"UPDATE rows SET {name} = ? WHERE id = 1", (value,))
        db.execute("DELETE FROM effects")
    db.close()


def answer(capsys: pytest.CaptureFixture[str], code: int = 0) -> dict[str, Any]:
    """The answer about the card."""
    capsys.readouterr()
    assert code == run(list(ASK))
    out, err = capsys.readouterr()
    assert "" == err
    found: dict[str, Any] = json.loads(out)
    return found


POISONS = [
    ({"value": 0.0}, "value is 0"),
    ({"value": -5.0}, "value is -5"),
    ({"value": float("inf")}, "value is inf"),
    ({"value": 1e-300}, "value is 1e-300"),
    ({"value": 1e12}, "1e+12 tokens/s, where some"),
    ({"value": "fast"}, "value is 'fast'"),
    ({"value": b"\xff"}, "value is"),
    ({"sd": "x"}, "sd is 'x'"),
    ({"n": -1}, "n is -1"),
    ({"depth": "deep"}, "depth is 'deep'"),
    ({"prompt_tokens": 1.5}, "prompt_tokens is '1.5'"),
    ({"threads": 2**62}, "threads is"),
    ({"model": b"\xff\xfe"}, "model is"),
    ({"scheme": "Q4_K_M\x1b[31m"}, "scheme holds control characters"),
    ({"engine": "e" * 2000}, "engine has 2000 characters"),
    ({"facts": "{"}, "which is not JSON"),
    ({"facts": "[1]"}, "facts is"),
    ({"facts": "[" * 100_000}, "which is not JSON"),
    ({"facts": '{"best": "x"}'}, "fastest repetition is x"),
    ({"facts": '{"model_profile": 5}'}, "model_profile must be a JSON object"),
    ({"facts": '{"model_profile": {"name": "x", "source": "user", "n_layers": -1}}'}, "model_profile"),
    ({"facts": '{"tensor_parallel_size": "x"}'}, "tensor_parallel_size"),
]


@pytest.mark.parametrize(("cells", "words"), POISONS)
def test_a_poisoned_row_is_set_aside(capsys: pytest.CaptureFixture[str], cells: dict[str, Any], words: str):
    """The answer is that of the other rows, and names the number and what is wrong."""
    keep(100.0, 101.0)
    poison(**cells)
    notes = answer(capsys)["hardware"]["notes"]
    assert [True] == [words in note and "row 1: " in note for note in notes if "set aside" in note]


def test_every_answer_names_it(capsys: pytest.CaptureFixture[str]):
    """`predict`, `explain` and `tradeoffs` say what they leave out as `recommend` does, JSON and text."""
    keep(100.0, 101.0)
    poison(value=0.0)
    case = ("--model", "llama-3.1-8b", "--hardware", CARD, "--engine", "llama.cpp", "--scheme", "Q4_K_M")
    said = []
    for command in (
        ("predict",),
        ("explain",),
        ("explain", "--json"),
        ("tradeoffs", "--json"),
        ("recommend",),
    ):
        assert 0 == run([*command, *case])
        said.append(" ".join(capsys.readouterr().out.split()))
    assert [1] * 5 == [text.count("row 1: value is 0") for text in said]


@pytest.mark.parametrize(
    "cells",
    [
        {"backend": "abacus"},
        {"kv_type": "q7"},
        {"scheme": "Q99"},
        {"engine": "turbo"},
        {"model": "nobody's"},
        {"flags": ";;;"},
        {"facts": '{"flash_attn": {"a": [1]}}'},
        {"facts": '{"flash_attn": 1e999}'},
    ],
)
def test_words_of_no_list_are_left_out(capsys: pytest.CaptureFixture[str], cells: dict[str, Any]):
    """What no predictor knows changes nothing and stops nothing."""
    keep(100.0, 101.0)
    poison(**cells)
    assert "ok" == answer(capsys)["status"]


@pytest.mark.parametrize("kind", ["accuracy", "serving"])
@pytest.mark.parametrize(
    "cells", [{"value": "x"}, {"facts": "{"}, {"concurrency": 1e300}, {"model": b"\xff"}]
)
def test_rows_of_other_kinds(capsys: pytest.CaptureFixture[str], kind: str, cells: dict[str, Any]):
    """Accuracy and serving rows likewise."""
    metric = {"accuracy": "ppl_ratio", "serving": "requests_per_s"}[kind]
    keep(1.1, kind=kind, metric=metric, engine="vllm", prompt_tokens=512)
    poison(**cells)
    assert "ok" == answer(capsys)["status"]


@pytest.mark.parametrize(
    "document", ["{", "[]", "5", '{"pooled": [{}], "said": []}', '{"pooled": 1, "said": 2}']
)
def test_effects_are_a_cache(capsys: pytest.CaptureFixture[str], document: str):
    """What is kept of earlier answers is computed anew where it is not what it should be."""
    keep(100.0)
    before = answer(capsys)
    with sqlite3.connect(store_file()) as db:
        assert 1 == db.execute("UPDATE effects SET document = ?", (document,)).rowcount
    db.close()
    assert before == answer(capsys)


def test_a_store_without_tables_is_nothing(capsys: pytest.CaptureFixture[str]):
    """A writer that was stopped at its first step leaves an empty file: the answer is that without one."""
    before = answer(capsys)
    store_file().parent.mkdir(parents=True)
    store_file().touch()
    assert before == answer(capsys)


class TestCheck:
    """`advisor measurements check`."""

    def test_nothing_wrong(self, capsys: pytest.CaptureFixture[str]):
        """A sound store is code 0 and one line."""
        keep(100.0, 101.0)
        assert ExitCode.OK == run(["measurements", "check"])
        assert "2 rows, nothing wrong\n" == capsys.readouterr().out

    def test_no_store(self, own_store: Path):
        """Nothing is made to look at nothing."""
        assert ExitCode.OK == run(["measurements", "check"])
        assert not own_store.exists()

    def test_found_and_mended(self, capsys: pytest.CaptureFixture[str], own_store: Path):
        """The row is named; --mend moves it into a file and the next check is clean."""
        keep(100.0, 101.0)
        poison(value="fast", model=b"\xff")
        assert ExitCode.BAD_FILE == run(["measurements", "check"])
        assert "row 1: model is" in capsys.readouterr().out
        assert ExitCode.OK == run(["measurements", "check", "--mend"])
        (kept,) = (own_store / FILE).read_text(encoding="utf-8").splitlines()
        assert (1, "fast") == (json.loads(kept)["id"], json.loads(kept)["value"])
        capsys.readouterr()
        assert ExitCode.OK == run(["measurements", "check", "--json"])
        document = json.loads(capsys.readouterr().out)
        assert (1, [], "") == (document["rows"], document["faulty"], document["damage"])

    def test_listing_goes_on(self, capsys: pytest.CaptureFixture[str]):
        """`list` and `export` give the sound rows and name the others on standard error."""
        keep(100.0, 101.0)
        poison(value="fast")
        for action in ("list", "export"):
            assert ExitCode.OK == run(["measurements", action])
            out, err = capsys.readouterr()
            assert (True, False, True) == ("101" in out, "fast" in out, "row 1: value is" in err)
