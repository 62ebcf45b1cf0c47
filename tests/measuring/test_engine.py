"""The real engine: a tiny model made here, quantized by the real quantizer, measured,
and the answer that follows.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from advisor.cli.main import run
from advisor.errors import BadFileError, ExitCode
from advisor.measuring.host import Busy
from advisor.measuring.run import speed as run_speed
from advisor.measuring.run.accuracy import compare, figures, totalled
from advisor.measuring.store import Store

pytest.importorskip("cyllama", reason="the engine extra is not installed")
pytest.importorskip("gguf", reason="the engine extra is not installed")

_spec = importlib.util.spec_from_file_location("tiny", Path(__file__).with_name("tiny.py"))
tiny = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tiny)

SCHEMES = ("Q8_0", "Q5_K_M", "Q4_K_M", "Q4_0", "Q2_K")
TEXT = (
    "The question is which quantization keeps what matters, and how fast the machine then answers it. " * 12
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the reference, five schemes of it and a text."""
    from advisor.measuring.llama_quantize import FTYPES
    from advisor.measuring.synthetic import quantize

    folder = tmp_path_factory.mktemp("models")
    reference = tiny.write_tiny(folder / "Tiny-F16.gguf")
    for scheme in SCHEMES:
        assert quantize(reference, folder / f"Tiny-{scheme}.gguf", FTYPES[scheme], pure=False)
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    return folder


def answer(capsys: pytest.CaptureFixture[str], *argv: object) -> dict:
    """The document a command prints."""
    capsys.readouterr()
    assert run([*map(str, argv), "--json"]) == ExitCode.OK
    return json.loads(capsys.readouterr().out)


def accuracy(models: Path, *schemes: str, chunks: int = 3) -> list[object]:
    """The command line of an accuracy run."""
    files = [models / f"Tiny-{scheme}.gguf" for scheme in schemes]
    options = ["--reference", models / "Tiny-F16.gguf", "--text", models / "text.txt", "--context", 64]
    return ["measure", "accuracy", *options, "--chunks", chunks, "--threads", 1, *files]


def test_speed_of_a_real_file_has_both_phases_and_a_spread(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prefill and decode at two depths, with model, scheme, threads and the engine's version on every row."""
    file = models / "Tiny-Q4_K_M.gguf"
    found = answer(
        capsys,
        "measure",
        "speed",
        file,
        "--prompt",
        64,
        "--output",
        8,
        "--repeats",
        3,
        "--depth",
        "0,32",
        "--threads",
        1,
    )["rows"]
    assert [(r["phase"], r["depth"], r["n"], r["scheme"], r["threads"]) for r in found] == [
        ("prefill", 0, 3, "Q4_K_M", 1),
        ("decode", 0, 3, "Q4_K_M", 1),
        ("prefill", 32, 3, "Q4_K_M", 1),
        ("decode", 32, 3, "Q4_K_M", 1),
    ]
    assert {True} == {r["value"] > 0 and r["sd"] >= 0 and "llama.cpp" in r["tool_version"] for r in found}
    with Store() as store:
        assert store.count(kind="speed") == 4


def test_a_dry_run_keeps_nothing(models: Path, own_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--dry measures and leaves no store behind."""
    file = models / "Tiny-Q8_0.gguf"
    found = answer(
        capsys,
        "measure",
        "speed",
        file,
        "--prompt",
        16,
        "--output",
        4,
        "--repeats",
        1,
        "--threads",
        1,
        "--dry",
    )
    assert (found["kept"], len(found["rows"]), own_store.exists()) == (False, 2, False)


def test_damage_grows_as_bits_fall(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Real divergences of five schemes against F16:
    Q8_0 < Q5_K_M < Q4_K_M < Q2_K, and agreement the other way.
    """
    found = answer(capsys, *accuracy(models, *SCHEMES))["rows"]
    kld = {r["scheme"]: r["value"] for r in found if r["metric"] == "kld_mean"}
    top = {r["scheme"]: r["value"] for r in found if r["metric"] == "top1_agreement_pct"}
    assert sorted(kld) == sorted(SCHEMES)
    assert kld["Q8_0"] < kld["Q5_K_M"] < kld["Q4_K_M"] < kld["Q2_K"]
    assert top["Q8_0"] > top["Q2_K"]
    assert {True} == {r["sd"] > 0 for r in found if r["metric"] == "kld_mean"}


def test_the_reference_compared_with_itself_has_no_damage(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ratio one, divergence nought, full agreement: the comparison adds nothing of its own."""
    found = answer(capsys, *accuracy(models, "F16", chunks=1))["rows"]
    values = {r["metric"]: r["value"] for r in found}
    assert (values["ppl_ratio"], values["top1_agreement_pct"]) == (1.0, 100.0)
    assert abs(values["kld_mean"]) < 1e-9


def test_an_interrupted_accuracy_run_goes_on_where_it_stopped(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed after some chunks, the run keeps them;
    the second run's figures equal those of one that was never killed.
    """
    command = [sys.executable, "-m", "advisor", *map(str, accuracy(models, "Q4_K_M", chunks=12)), "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    deadline = time.monotonic() + 30
    kept = 0
    while process.poll() is None and not kept and time.monotonic() < deadline:
        if (Path(os.environ["ADVISOR_DATA_DIR"]) / "measurements.sqlite3").exists():
            with Store() as store:
                kept = store._db.execute("SELECT count(*) FROM chunks").fetchone()[0]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with Store() as store:
        before = {tuple(row) for row in store._db.execute("SELECT * FROM chunks")}
    resumed = answer(capsys, *accuracy(models, "Q4_K_M", chunks=12))["rows"]
    with Store() as store:
        after = {tuple(row) for row in store._db.execute("SELECT * FROM chunks")}
    assert before <= after
    assert len(after) == 12
    fresh = answer(capsys, *accuracy(models, "Q4_K_M", chunks=12), "--anew")["rows"]
    assert [r["value"] for r in resumed] == pytest.approx([r["value"] for r in fresh], rel=1e-6)


def test_measuring_here_changes_the_recommendation_and_removal_takes_it_back(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three schemes measured for real move an unmeasured fourth; without the rows the old bytes are back.

    The machine is a saved probe of this one: free memory differs from one probe to the next. It counts as
    quiet whatever else it does: rows of a busy one would speak for no other scheme.
    """
    monkeypatch.setattr(run_speed, "busy", lambda hardware: Busy())
    here = tmp_path / "here.json"
    here.write_text(json.dumps(answer(capsys, "probe")), encoding="utf-8")
    ask = ("recommend", "--model", models / "Tiny-Q5_K_M.gguf", "--hardware", here, "--engine", "llama.cpp")
    before = answer(capsys, *ask)
    for scheme in ("Q8_0", "Q4_K_M", "Q2_K"):
        file = models / f"Tiny-{scheme}.gguf"
        answer(
            capsys, "measure", "speed", file, "--prompt", 32, "--output", 8, "--repeats", 2, "--threads", 1
        )
    between = json.dumps(answer(capsys, *ask))
    assert "measured-here" in between
    assert "3 rows measured on this machine" in between
    answer(capsys, "measurements", "remove", "--all")
    assert answer(capsys, *ask) == before != json.loads(between)


def test_a_synthetic_file_is_loaded_by_the_engine_with_the_planned_bytes(tmp_path: Path) -> None:
    """Two layers of a real model's shapes in four schemes: our reader finds the scheme, the engine runs it to
    finite logits."""
    from dataclasses import replace

    from advisor.catalog.gguf import read_gguf
    from advisor.catalog.models import find_model
    from advisor.catalog.schemes import find_scheme
    from advisor.measuring.engine import Engine
    from advisor.measuring.synthetic import synthetic_model, write_synthetic

    model = replace(synthetic_model(find_model("qwen3-0.6b"), 2), vocab_size=2048)
    for scheme in ("Q4_K_M", "Q8_0", "IQ2_XXS", "F16"):
        path = tmp_path / f"{scheme}.gguf"
        size = write_synthetic(model, find_scheme(scheme), path)
        assert path.stat().st_size == size
        assert read_gguf(path).fixed_scheme == scheme
        with Engine(path, 64, 1) as engine:
            logits = engine.logits(list(range(1, 17)), 8)
            assert np.isfinite(logits).all()
            assert logits.std() > 0


def test_few_layers_scaled_up_give_a_row_of_the_whole_model(capsys: pytest.CaptureFixture[str]) -> None:
    """Two and six layers stand for all; the row says so."""
    found = answer(
        capsys, "measure", "speed", "--synthetic", "smollm2-135m", "--scheme", "Q4_0", "--layers", "few",
        "--prompt", 16, "--output", 8, "--repeats", 5, "--threads", 1,
    )["rows"]  # fmt: skip
    assert [(r["model"], r["phase"], r["facts"]["layers_measured"]) for r in found] == [
        ("SmolLM2-135M", "prefill", [2, 6]),
        ("SmolLM2-135M", "decode", [2, 6]),
    ]
    assert {True} == {{"synthetic", "scaled_layers"} <= set(r["flags"].split(";")) for r in found}


def test_sums_of_chunks_are_the_figures_of_the_whole() -> None:
    """Divergence, perplexity and errors from chunk sums agree with numpy on all tokens at once."""
    rng = np.random.default_rng(3)
    base, other = rng.standard_normal((2, 60, 50)).astype(np.float32)
    answers = list(rng.integers(0, 50, 60))
    parts = {
        i: compare(base[i * 20 : i * 20 + 20], other[i * 20 : i * 20 + 20], answers[i * 20 : i * 20 + 20])
        for i in range(3)
    }
    found = figures(totalled(parts))
    log_p, log_q = (
        x - np.log(np.exp(x).sum(1, keepdims=True)) for x in (base.astype(float), other.astype(float))
    )
    kld = (np.exp(log_p) * (log_p - log_q)).sum(1)
    nll = -log_q[range(60), answers]
    diff = nll + log_p[range(60), answers]
    assert found["kld_mean"][:2] == pytest.approx((kld.mean(), kld.std() / math.sqrt(59)), rel=1e-5)
    assert found["ppl"][:2] == pytest.approx(
        (math.exp(nll.mean()), math.exp(nll.mean()) * nll.std() / math.sqrt(59)), rel=1e-5
    )
    assert found["ppl_ratio"][0] == pytest.approx(math.exp(diff.mean()), rel=1e-5)
    assert found["top1_agreement_pct"][0] == pytest.approx(100 * (base.argmax(1) == other.argmax(1)).mean())


def test_a_damaged_file_is_one_line(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file cut short is refused by the engine without a traceback."""
    from advisor.measuring.engine import Engine

    cut = tmp_path / "cut.gguf"
    cut.write_bytes((models / "Tiny-Q8_0.gguf").read_bytes()[:200_000])
    with pytest.raises(BadFileError, match="cannot load"):
        Engine(cut, 64, 1)
    assert run(["measure", "speed", str(cut), "--json"]) == ExitCode.BAD_FILE
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "bad_file"


def test_bandwidth_has_a_row_per_thread_count(capsys: pytest.CaptureFixture[str]) -> None:
    """One thread, in bytes per second."""
    found = answer(capsys, "measure", "bandwidth", "--threads", "1")["rows"]
    assert [(r["threads"], r["metric"], r["value"] > 1e8) for r in found] == [(1, "bytes_per_s", True)]
