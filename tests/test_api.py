"""The documented Python API: the questions of the command line, with the same answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import advisor
from advisor.catalog.schemes import find_scheme
from advisor.cli.main import run
from advisor.documents.plain import dumps
from advisor.errors import StoreError
from advisor.prediction.outcome import predict

HARDWARE, MODEL = advisor.resolve_hardware("RTX 4090"), advisor.resolve_model("Llama-3.1-8B")
CASE = advisor.Case(
    hardware=HARDWARE, model=MODEL, scheme=find_scheme("Q4_K_M"), engine="llama.cpp", backend="cuda"
)
FIXTURE = Path(__file__).parent / "measuring" / "fixtures" / "llama_bench.json"


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path))
    return tmp_path


def test_every_name_is_there():
    """Each name of `advisor.__all__` is found, and no other."""
    assert [] == [name for name in advisor.__all__ if not callable(getattr(advisor, name))]
    with pytest.raises(AttributeError):
        advisor.frobnicate  # noqa: B018


def test_the_documented_examples_run(capsys: pytest.CaptureFixture[str]):
    """Every Python block of docs/python.md, as a reader would paste it."""
    text = (Path(__file__).parents[1] / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), {})
    out = capsys.readouterr().out.splitlines()
    assert (2, "ok", "True") == (len(blocks), out[0].split()[0], out[1])


def test_own_measurements_count_in_every_question(capsys: pytest.CaptureFixture[str]):
    """After an import, `predict`, the batch, `recommend` and the command line all rest on it."""
    assert 0 == run(["measurements", "import", str(FIXTURE)])
    capsys.readouterr()
    need = advisor.Requirements(model=MODEL.name, engines=("llama.cpp",), schemes=("Q4_K_M",))
    plan = advisor.recommend(need, HARDWARE, MODEL).recommendation
    row = next(row for row in advisor.tradeoffs(need, HARDWARE, MODEL).rows if row.scheme == "Q4_K_M")
    found = (advisor.predict(CASE), plan.predicted, row)
    assert ["measured-here"] * 3 == [one.decode_tokens_per_s.basis for one in found]
    ask = [
        "recommend",
        "--json",
        "--model",
        "Llama-3.1-8B",
        "--hardware",
        "RTX 4090",
        "--engine",
        "llama.cpp",
    ]
    assert 0 == run([*ask, "--scheme", "Q4_K_M"])
    told = json.loads(capsys.readouterr().out)["recommendation"]["predicted"]["decode_tokens_per_s"]
    assert json.loads(dumps(plan.predicted.decode_tokens_per_s)) == told


def test_a_prediction_reads_no_store(own_store: Path):
    """What is not handed in does not count: a broken store stops the question, not the function behind it."""
    expected = predict(CASE)
    (own_store / "measurements.sqlite3").write_text("no database")
    assert expected == predict(CASE)
    with pytest.raises(StoreError):
        advisor.predict(CASE)
