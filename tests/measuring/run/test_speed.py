"""Speed through llama-bench, where it is installed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.errors import UsageError
from advisor.measuring.run.speed import SpeedTest, measure_speed


def test_llama_bench_is_preferred_and_its_rows_are_this_machine_s(
    stand_in: Callable[..., Path], calls: Callable[[], list[list[str]]], tmp_path: Path
) -> None:
    """The options are llama-bench's own; the rows carry the model asked for, not the file name it printed."""
    stand_in("llama-bench", "llama_bench.jsonl")
    model = resolve_model("llama-3.1-8b")
    file = tmp_path / "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf"
    test = SpeedTest(prompt_tokens=512, output_tokens=128, depths=(0, 4096), threads=(16,), repeats=3)
    rows = measure_speed(file, model, test, resolve_hardware("RTX 4090"))
    assert [(r.phase, r.value, r.model, r.scheme, r.backend, r.facts["best"]) for r in rows[:2]] == [
        ("prefill", 11000.5, "Llama-3.1-8B", "Q4_K_M", "cuda", 11051.0),
        ("decode", 130.125, "Llama-3.1-8B", "Q4_K_M", "cuda", 130.575),
    ]
    (asked,) = calls()
    assert asked[:2] == ["-m", str(file)]
    assert asked[asked.index("-d") + 1] == "0,4096"
    assert asked[asked.index("-o") + 1] == "jsonl"


def test_a_failing_llama_bench_is_one_line(stand_in: Callable[..., Path], tmp_path: Path) -> None:
    """Its last words are in the error."""
    stand_in("llama-bench", None, code=1)
    with pytest.raises(UsageError, match="llama-bench failed"):
        measure_speed(
            tmp_path / "x-Q4_0.gguf", resolve_model("llama-3.1-8b"), SpeedTest(), resolve_hardware("RTX 4090")
        )


def test_without_any_engine_the_mend_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither program nor library: one line that says what to install."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "cyllama.llama", None)
    with pytest.raises(UsageError, match=r"quant-advisor\[engine\]"):
        measure_speed(
            tmp_path / "x-Q4_0.gguf", resolve_model("llama-3.1-8b"), SpeedTest(), resolve_hardware("RTX 4090")
        )
