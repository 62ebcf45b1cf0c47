"""Prefill and decode speed of a GGUF file on this machine: llama-bench when it is installed, else the
engine extra."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, pstdev
from typing import TYPE_CHECKING

from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.engines import engine_for
from advisor.errors import UsageError
from advisor.measuring.complete import kept_model
from advisor.measuring.host import Busy, busy, host_of
from advisor.measuring.program import SILENCE_S, run_program
from advisor.measuring.progress import Progress
from advisor.measuring.rows import Row

if TYPE_CHECKING:
    from advisor.measuring.engine import Engine

LLAMA_BENCH = "llama-bench"
DECODE_WORK = 16
"""How much longer a token takes to write than to read, for the bar only: the first figures correct the
estimate."""


@dataclass(frozen=True, kw_only=True)
class SpeedTest:
    """What to measure. Tokens are per repetition."""

    prompt_tokens: int = 512
    output_tokens: int = 32
    depths: tuple[int, ...] = (0,)
    threads: tuple[int, ...] = ()
    """Empty = the machine's physical cores, as far as this process may use them."""
    repeats: int = 5
    kv_type: str = "f16"
    gpu_layers: int = -1
    engine: str = "auto"
    """auto, llama-bench or cyllama."""
    silence_s: float = SILENCE_S
    """How long llama-bench may print nothing before it is ended."""

    def work(self, n_threads: int) -> float:
        """Tokens read, or as long as reading."""
        each = self.prompt_tokens + DECODE_WORK * self.output_tokens
        return sum((each * self.repeats + depth) * n_threads for depth in self.depths)


def measure_speed(
    path: Path,
    model: ModelProfile,
    test: SpeedTest,
    hardware: HardwareProfile,
    progress: Progress | None = None,
    flags: tuple[str, ...] = (),
) -> list[Row]:
    """Rows of every depth, thread count and phase, the median of the repetitions each; what other processes
    did meanwhile is in their flags.

    Raises UsageError when there is no engine, BadFileError for a file the engine refuses.
    """
    threads = test.threads or (default_threads(hardware),)
    bar = progress or Progress(test.work(len(threads)), shown=False)
    before = busy(hardware)
    if test.engine == LLAMA_BENCH or (test.engine == "auto" and shutil.which(LLAMA_BENCH)):
        rows = _with_llama_bench(path, test, threads, bar)
    else:
        rows = _in_process(path, test, threads, bar)
    state = before.and_then(busy(hardware))
    return [_named(row, path, model, hardware, state, flags) for row in rows]


def default_threads(hardware: HardwareProfile) -> int:
    """Physical cores, as far as this process may use them: what llama.cpp takes too."""
    cpu = hardware.cpu
    usable = cpu.usable_cores or cpu.logical_cores or 1
    return max(1, min(cpu.performance_cores or cpu.physical_cores or usable, usable))


def _in_process(path: Path, test: SpeedTest, threads: tuple[int, ...], bar: Progress) -> list[Row]:
    from advisor.measuring.engine import Engine, version

    rows: list[Row] = []
    context = max(test.depths) + max(test.prompt_tokens, test.output_tokens) + 8
    made = version()
    for n_threads in threads:
        with Engine(path, context, n_threads, kv_type=test.kv_type, gpu_layers=test.gpu_layers) as engine:
            backend = "cpu" if not engine.on_gpu else ""
            for depth in test.depths:
                for phase, seconds in _one_depth(engine, test, depth, bar).items():
                    tokens = test.prompt_tokens if phase == "prefill" else test.output_tokens
                    rates = [tokens / s for s in seconds]
                    rows.append(
                        Row(
                            kind="speed",
                            metric="tokens_per_s",
                            value=median(rates),
                            sd=pstdev(rates),
                            n=len(rates),
                            phase=phase,
                            engine=engine_for("gguf"),
                            backend=backend,
                            depth=depth,
                            threads=n_threads,
                            concurrency=1,
                            prompt_tokens=tokens if phase == "prefill" else None,
                            output_tokens=tokens if phase == "decode" else None,
                            kv_type=test.kv_type,
                            gpu_layers=test.gpu_layers if engine.on_gpu else 0,
                            tool="advisor measure",
                            tool_version=made,
                            facts={
                                "samples": [float(f"{rate:.5g}") for rate in rates],
                                "best": max(rates),
                                "model_type": engine.description,
                            },
                        )
                    )
    return rows


def _one_depth(engine: Engine, test: SpeedTest, depth: int, bar: Progress) -> dict[str, list[float]]:
    """Seconds of every repetition. One unmeasured run of each first: it loads pages and wakes the threads."""
    # Token ids that any vocabulary has, different from one another: a mixture routes them to different
    # experts.
    text = [
        1 + (i * 7919) % max(engine.n_vocab - 1, 1)
        for i in range(max(test.prompt_tokens, test.output_tokens, depth))
    ]
    engine.clear()
    if depth:
        engine.read(text[:depth], 0)
        bar.step(depth, f"filling {depth} tokens")
    found: dict[str, list[float]] = {"prefill": [], "decode": []}
    for repeat in range(test.repeats + 1):
        for phase, count, act in (
            ("prefill", test.prompt_tokens, engine.read),
            ("decode", test.output_tokens, engine.write),
        ):
            if not count:
                continue
            engine.cut(depth)
            warming = repeat == 0
            seconds = act(text[: min(count, 32)] if warming else text[:count], depth)
            if not warming:
                found[phase].append(seconds)
                bar.step(
                    count * (DECODE_WORK if phase == "decode" else 1),
                    f"{phase}, {count / seconds:.1f} tokens/s",
                )
    engine.cut(depth)
    return {phase: seconds for phase, seconds in found.items() if seconds}


def _with_llama_bench(path: Path, test: SpeedTest, threads: tuple[int, ...], bar: Progress) -> list[Row]:
    """llama-bench prints a JSON line as each test ends."""
    from advisor.measuring.importers.llama_cpp.bench import read

    program = shutil.which(LLAMA_BENCH)
    if program is None:
        raise UsageError("llama-bench is not on the PATH; install llama.cpp, or use --engine cyllama")
    command = [
        program,
        "-m",
        str(path),
        "-p",
        str(test.prompt_tokens),
        "-n",
        str(test.output_tokens),
        "-r",
        str(test.repeats),
        "-d",
        ",".join(map(str, test.depths)),
        "-t",
        ",".join(map(str, threads)),
        "-ctk",
        test.kv_type,
        "-ctv",
        test.kv_type,
        "-o",
        "jsonl",
    ]
    if test.gpu_layers >= 0:
        command += ["-ngl", str(test.gpu_layers)]
    rows: list[Row] = []

    def hear(line: str) -> None:
        for row in read(line) if line.startswith("{") else ():
            rows.append(row)
            weight = test.prompt_tokens if row.phase == "prefill" else DECODE_WORK * test.output_tokens
            bar.step(weight * test.repeats, f"{row.phase}, {row.value:.1f} tokens/s")

    said = run_program(command, hear, test.silence_s)
    if not rows:
        last = said.strip().splitlines()[-1:] or ["it printed nothing"]
        raise UsageError(f"{LLAMA_BENCH} gave no figures of {path}: {last[0][:300]}")
    return [
        replace(row, facts={**row.facts, "best": max(row.facts.get("samples") or [row.value])})
        for row in rows
    ]


def _named(
    row: Row, path: Path, model: ModelProfile, hardware: HardwareProfile, state: Busy, flags: tuple[str, ...]
) -> Row:
    """The row with this machine, the model's name and its scheme."""
    from advisor.prediction.local_speed.inputs import default_backend

    name, profile = kept_model(model)
    host, machine = host_of(hardware)
    facts = {**row.facts, "file": path.name, "file_bytes": model.file_size_bytes}
    if profile:
        facts["model_profile"] = profile
    return replace(
        row,
        model=name,
        scheme=scheme_of(model, path),
        host=host,
        hardware=machine,
        backend=row.backend
        or default_backend(engine_for("gguf"), hardware.gpus[0] if hardware.gpus else None),
        flags=";".join(dict.fromkeys(state.flags + flags)),
        measured_at=row.measured_at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        facts=facts,
    )


def scheme_of(model: ModelProfile, path: Path) -> str:
    """What the file's tensors are, else what its name says."""
    return model.fixed_scheme or find_scheme(path.name).name
