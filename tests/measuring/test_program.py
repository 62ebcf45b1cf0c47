"""Other programs are heard to their end, and none can hang us."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.errors import UsageError
from advisor.measuring import program
from advisor.measuring.program import run_program
from advisor.measuring.run.speed import SpeedTest, measure_speed

FIXTURES = Path(__file__).parent / "fixtures"
NOISE = 420_000
"""Bytes on standard error: more than a pipe holds (65,536 on Linux)."""


def python(code: str) -> list[str]:
    """A command that runs *code*."""
    return [sys.executable, "-c", code]


def test_both_outputs_are_read_however_much_is_printed():
    """420 kB on standard error before a line on standard output, and that line is heard."""
    heard: list[str] = []
    said = run_program(
        python(f"import sys; sys.stderr.write(('x' * 69 + '\\n') * {NOISE // 70}); print('done')"),
        heard.append,
    )
    assert (["done\n"], NOISE) == (heard, len(said) - len("done\n"))


def test_a_program_that_says_nothing_is_ended():
    """Its silence has a limit, and the error says how long it was."""
    with pytest.raises(UsageError, match=r"printed nothing for 0\.2 s and was ended"):
        run_program(python("import time; time.sleep(600)"), silence_s=0.2)


def test_what_a_program_started_is_ended_with_it(tmp_path: Path):
    """A child that holds the outputs open does not keep us waiting either."""
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    with pytest.raises(UsageError, match="printed nothing"):
        run_program(python(child), silence_s=0.2)


def test_a_program_that_prints_without_end_is_ended(monkeypatch: pytest.MonkeyPatch):
    """Neither lines nor one line without an end take all memory."""
    monkeypatch.setattr(program, "MOST_PRINTED", 10**6)
    for code in ("while True: print('y' * 99)", "while True: print('y', end='')"):
        with pytest.raises(UsageError, match="prints without end"):
            run_program(python(code))


def test_a_failure_is_told_by_its_last_words():
    """One line, from whichever output came last."""
    with pytest.raises(UsageError, match=r"failed: no such model$"):
        run_program(python("import sys; print('loading'); sys.stdout.flush(); sys.exit('no such model')"))


def test_a_program_that_cannot_be_started_is_named(tmp_path: Path):
    """A file that is no program."""
    file = tmp_path / "llama-bench"
    file.write_text("")
    with pytest.raises(UsageError, match="llama-bench cannot be started"):
        run_program([str(file)])


def test_measuring_speed_ends_with_a_llama_bench_that_fills_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """`measure speed` gets its rows although the engine prints 420 kB of other words first."""
    fake = tmp_path / "llama-bench"
    fake.write_text(
        f"#!{sys.executable}\nimport sys\nsys.stderr.write('x' * {NOISE})\n"
        f"print(open({str(FIXTURES / 'llama_bench.jsonl')!r}, encoding='utf-8').read())\n",
        encoding="utf-8",
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    model, machine = resolve_model("llama-3.1-8b"), resolve_hardware("RTX 4090")
    rows = measure_speed(tmp_path / "x-Q4_K_M.gguf", model, SpeedTest(engine="llama-bench"), machine)
    assert {"prefill", "decode"} <= {row.phase for row in rows}
