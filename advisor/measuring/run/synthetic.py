"""Speed of a model that is not here: its shapes with random weights, whole or a few layers scaled up."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.errors import UsageError
from advisor.measuring.progress import Progress
from advisor.measuring.rows import Row
from advisor.measuring.run.speed import SpeedTest, measure_speed
from advisor.measuring.synthetic import synthetic_model, write_synthetic
from advisor.sizing.weights import weigh

FEW = (2, 6)
"""Layers of the two small models whose difference is the time of a layer."""
TRIES = 3
"""How often both are measured before a machine is called too busy. Other work only ever slows a run down,
so the fastest of all runs come nearer to the truth with each."""
MEMORY_SHARE = 0.7
"""Of the free memory a whole model may take: llama.cpp keeps a repacked copy of some types beside the
file's pages."""


class Files(NamedTuple):
    """How many layers are written (auto, all or few), and the folder they are written to."""

    layers: str = "auto"
    folder: Path | None = None


class _Bench(NamedTuple):
    """Where a file is written and measured, and how that is shown."""

    hardware: HardwareProfile
    folder: Path | None
    progress: Callable[[], Progress] | None


def measure_synthetic(
    model: ModelProfile,
    scheme: SchemeProfile,
    test: SpeedTest,
    hardware: HardwareProfile,
    files: Files,
    progress: Callable[[], Progress] | None = None,
) -> list[Row]:
    """Rows of *model* under *scheme*, flagged synthetic.

    Few layers: with t2 and t6 the fastest times of models of 2 and 6 layers, and b their bytes in layers, the
    whole takes t6 + (t6 - t2) · (b - b6) ÷ (b6 - b2): what is outside the layers is measured once, a layer's
    time is a difference. Its average is as much slower than its fastest as that of six layers. Where six are
    not slower than two, both are measured again.

    Raises:
        UsageError: six layers were never slower than two.
    """
    n_layers = model.n_layers or 0
    bench = _Bench(hardware, files.folder, progress)
    few = files.layers == "few" or (
        files.layers == "auto" and not _fits(model, scheme, hardware, files.folder)
    )
    if few and n_layers <= FEW[1]:
        few = False
    if not few:
        return _measure(model, scheme, test, bench, ("synthetic",))
    small = [synthetic_model(model, count) for count in FEW]
    inside = [sum(weigh(part, scheme).layer_bytes) for part in (*small, model)]
    factor = (inside[2] - inside[1]) / (inside[1] - inside[0])
    kept: list[list[Row]] = []
    for _ in range(TRIES):
        both = [_measure(part, scheme, test, bench, ("synthetic", "scaled_layers")) for part in small]
        kept = [_fastest(*pair) for pair in zip(kept, both, strict=True)] if kept else both
        pairs = list(zip(*kept, strict=True))
        if all(two.facts["best"] > six.facts["best"] for two, six in pairs):
            return [_scaled(two, six, factor, model) for two, six in pairs]
    raise UsageError(
        "six layers were not slower than two: the machine is too busy; try again, or --layers all"
    )


def _fastest(before: list[Row], now: list[Row]) -> list[Row]:
    """Of two measurements of one file, the one with the fastest run; phase by phase."""
    return [max(pair, key=lambda row: float(row.facts["best"])) for pair in zip(before, now, strict=True)]


def _scaled(two: Row, six: Row, factor: float, model: ModelProfile) -> Row:
    two_s, six_s = 1 / two.facts["best"], 1 / six.facts["best"]
    best = 1 / (six_s + (six_s - two_s) * factor)
    value = best * six.value / six.facts["best"]
    spread = (six.sd or 0.0) / six.value * value
    facts = {**six.facts, "best": best, "layers_measured": list(FEW)}
    facts.pop("samples", None)
    return replace(six, value=value, sd=spread, model=model.name, facts=facts)


def _measure(
    model: ModelProfile,
    scheme: SchemeProfile,
    test: SpeedTest,
    bench: _Bench,
    flags: tuple[str, ...],
) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=bench.folder) as kept:
        path = Path(kept) / f"{model.name.replace('/', '-')}-{scheme.name}.gguf"
        try:
            size = write_synthetic(model, scheme, path)
        except OSError as error:
            raise UsageError(
                f"cannot write the synthetic file: {error.strerror}; choose a folder with --folder"
            ) from None
        named = replace(model, fixed_scheme=scheme.name, file_size_bytes=size)
        return measure_speed(
            path, named, test, bench.hardware, bench.progress() if bench.progress else None, flags
        )


def _fits(model: ModelProfile, scheme: SchemeProfile, hardware: HardwareProfile, folder: Path | None) -> bool:
    """Whether the whole file fits into memory and on the disk beside what is there."""
    size = weigh(model, scheme).file_bytes.high
    memory = hardware.memory.available_bytes
    place = folder or Path(tempfile.gettempdir())
    return size < MEMORY_SHARE * (memory or 0) and size < MEMORY_SHARE * shutil.disk_usage(place).free
