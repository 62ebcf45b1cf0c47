"""llama.cpp's own programs, where they are installed: what is asked of them and what is read from them.

They cannot be installed from a package index, so a script stands in that records its command line and
prints the documented output.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.errors import UsageError
from advisor.measuring.run.accuracy import AccuracyTest
from advisor.measuring.run.perplexity import with_llama_perplexity
from advisor.measuring.run.speed import SpeedTest, measure_speed
from advisor.measuring.store import Store

FIXTURES = Path(__file__).parent / "fixtures"


def stand_in(folder: Path, name: str, prints: Path, code: int = 0) -> Path:
    """A program that notes how it was called, makes the file of logits it was asked for, and prints
    *prints*."""
    program = folder / name
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        f"with open({str(folder / 'calls')!r}, 'a') as file: file.write(json.dumps(sys.argv[1:]) + '\\n')\n"
        "if '-f' in sys.argv: open(sys.argv[sys.argv.index('--kl-divergence-base') + 1], 'w').close()\n"
        f"sys.stdout.write(open({str(prints)!r}, encoding='utf-8').read())\n"
        f"sys.exit({code})\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return program


def calls(folder: Path) -> list[list[str]]:
    """Its command lines."""
    return [json.loads(line) for line in (folder / "calls").read_text().splitlines()]


@pytest.fixture
def path_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is looked at first for programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


def test_llama_bench_is_preferred_and_its_rows_are_this_machine_s(path_first: Path, tmp_path: Path) -> None:
    """The options are llama-bench's own; the rows carry the model asked for, not the file name it printed."""
    stand_in(path_first, "llama-bench", FIXTURES / "llama_bench.jsonl")
    model = resolve_model("llama-3.1-8b")
    file = tmp_path / "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf"
    test = SpeedTest(prompt_tokens=512, output_tokens=128, depths=(0, 4096), threads=(16,), repeats=3)
    rows = measure_speed(file, model, test, resolve_hardware("RTX 4090"))
    assert [(r.phase, r.value, r.model, r.scheme, r.backend, r.facts["best"]) for r in rows[:2]] == [
        ("prefill", 11000.5, "Llama-3.1-8B", "Q4_K_M", "cuda", 11051.0),
        ("decode", 130.125, "Llama-3.1-8B", "Q4_K_M", "cuda", 130.575),
    ]
    (asked,) = calls(path_first)
    assert asked[:2] == ["-m", str(file)]
    assert asked[asked.index("-d") + 1] == "0,4096"
    assert asked[asked.index("-o") + 1] == "jsonl"


def test_a_failing_llama_bench_is_one_line(path_first: Path, tmp_path: Path) -> None:
    """Its last words are in the error."""
    empty = tmp_path / "nothing"
    empty.write_text("")
    stand_in(path_first, "llama-bench", empty, code=1)
    with pytest.raises(UsageError, match="llama-bench failed"):
        measure_speed(
            tmp_path / "x-Q4_0.gguf", resolve_model("llama-3.1-8b"), SpeedTest(), resolve_hardware("RTX 4090")
        )


def test_llama_perplexity_runs_the_reference_once_and_no_candidate_twice(
    path_first: Path, tmp_path: Path
) -> None:
    """After an interruption only the candidates that were not done are run again."""
    stand_in(path_first, "llama-perplexity", FIXTURES / "llama_perplexity_kld.log")
    for name in ("reference.gguf", "a.gguf", "b.gguf", "text.txt"):
        (tmp_path / name).write_text(name)
    test = AccuracyTest(reference=tmp_path / "reference.gguf", text=tmp_path / "text.txt", chunks=4)
    with Store() as store:
        found, tool = with_llama_perplexity([tmp_path / "a.gguf"], test, store)
        assert found[1]["kld_mean"] == (0.0625, 0.00075, 25600)
        assert tool == ("llama-perplexity", "b6500 (abcdef12)")
        assert len(calls(path_first)) == 2
        with_llama_perplexity([tmp_path / "a.gguf", tmp_path / "b.gguf"], test, store)
    asked = [call[call.index("-m") + 1] for call in calls(path_first)]
    names = [Path(name).name for name in asked]
    assert names == ["reference.gguf", "a.gguf", "reference.gguf", "b.gguf"]
    assert "--kl-divergence" in calls(path_first)[1]


def test_without_any_engine_the_mend_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither program nor library: one line that says what to install."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "cyllama.llama", None)
    with pytest.raises(UsageError, match=r"quant-advisor\[engine\]"):
        measure_speed(
            tmp_path / "x-Q4_0.gguf", resolve_model("llama-3.1-8b"), SpeedTest(), resolve_hardware("RTX 4090")
        )
