"""What the user's own measurements say about the asked machine: nothing to read, nothing to pay.

The store (`advisor.measuring.store`) is opened only when its file exists. From its rows of the asked
machine a summary is made once and kept in the store until a row is added or removed. log(measured ÷
predicted) of a row is taken as the sum of what all rows of the machine share, what rows of one family of
schemes share, what rows of like size share, and noise: partial pooling as a Gaussian process, so that three
rows move every scheme, and rows of a scheme move it most. Rows taken while other processes ran are far less
certain, and until one was taken on a quiet machine they speak for nothing but their own model and scheme.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.data import store_file
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.errors import StoreError
from advisor.prediction.artifacts import FOLDER
from advisor.sizing.weights import Weights

if TYPE_CHECKING:
    import sqlite3

    from advisor.prediction.local_speed.predict import LocalEffect

PHASES = ("decode", "prefill")
SPLIT_KINDS = ("split", "experts-on-cpu")
"""Placements on two kinds of memory: no single device's effect is theirs."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """Log sds of the parts of log(measured ÷ predicted) on one machine."""

    device: float
    """Common to everything that runs there."""
    family: float
    """Of a family of schemes."""
    size: float
    """Varies with the bytes read per token; related over a factor e of them."""
    sparse: float
    """Of mixtures of experts, and of dense models."""
    cell: float
    """Of a model under a scheme: what no other configuration tells."""

    def shared(self, a: Point, b: Point) -> float:
        """Covariance of two configurations, noise left out."""
        return (
            self.device**2
            + self.family**2 * (a.family == b.family)
            + self.sparse**2 * (a.sparse == b.sparse)
            + self.size**2 * math.exp(-abs(a.log_bytes - b.log_bytes))
            + self.cell**2 * (a.cell == b.cell)
        )


KERNELS = {
    "decode": Kernel(0.25, 0.10, 0.12, 0.06, 0.074),
    "prefill": Kernel(0.40, 0.15, 0.12, 0.10, 0.126),
}
"""Of a grid, those with the least median error when three rows of a device left out of the fit are known.
Chosen on one half of the devices and judged on the other, decode errors fall by 53 and 48 %, prefill by 59
and 21 %."""
REPEAT_SD = 0.03
"""Log sd of repetitions of one configuration: the median spread that the sources of
measurements/speed_local state."""
BUSY_SD = math.log(2.0)
"""Log sd of a configuration measured only beside other processes: with one more process on each core a fair
scheduler leaves half, and how much of that a run met is not known."""
BUSY_COMMON = 0.5
"""Share of that variance which all such configurations of a machine have in common: a judgement. The same
company slows them all, so many of them are not much surer than one."""
MOST_POINTS = 40
"""Configurations that speak for a backend and a phase, the newest: more would not change the mean, but cost
time."""


@dataclass(frozen=True, slots=True)
class Point:
    """What the correction of a configuration depends on."""

    family: str
    log_bytes: float
    """Log of the bytes read to decode one token."""
    sparse: bool
    cell: str
    """Model and scheme."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One configuration measured on the machine."""

    backend: str
    phase: str
    point: Point
    log_ratio: float
    """log(measured ÷ predicted) of its speed."""
    rows: int = 1
    """Rows of the store behind it."""
    doubtful: bool = False
    """Whether all of them were taken on a busy or hot machine."""


def fingerprint(hardware: HardwareProfile) -> str:
    """Twelve hex digits of what a machine is: CPU brand, GPUs, nodes and RAM.

    RAM counts in steps of a quarter of a doubling, since a kernel's share of it changes from boot to boot.
    """
    import hashlib  # 4 ms, paid by those who have measured something

    total = hardware.memory.total_bytes
    said = [
        " ".join((hardware.cpu.brand or "").lower().split()),
        sorted(gpu.catalog_name or gpu.name for gpu in hardware.gpus),
        hardware.nodes,
        round(4 * math.log2(total / 2**30)) if total else None,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


def local_effect(
    hardware: HardwareProfile,
    backend: str,
    model: ModelProfile,
    weights: Weights,
    scheme: str,
    placement: Placement | None,
) -> LocalEffect | None:
    """What own measurements say about *model* under *scheme* on *backend* of this machine; None without any.

    Raises StoreError when the store is there and cannot be read.
    """
    path = store_file()
    state = store_state(path)
    if state is None:
        return None
    if placement is not None and placement.kind in SPLIT_KINDS:
        return None
    if placement is not None and placement.kind == "cpu":
        backend = "cpu"
    found = _summary(str(path), state, _Asked(hardware)).get(backend)
    if not found:
        return None
    from advisor.prediction.local_speed.predict import LocalEffect

    point = point_of(model, weights, scheme)
    values: dict[str, float] = {}
    for phase, part in found.items():
        if not speaks_for(part, point):
            continue
        ratio, sd, rows = effect(part, point, phase)
        values |= {
            f"{phase}_log_ratio": ratio,
            f"{phase}_sd": sd,
            f"{phase}_rows": rows,
            f"{phase}_busy_rows": part["busy_rows"],
        }
    return LocalEffect(**values) if values else None


def speaks_for(found: dict[str, Any], point: Point) -> bool:
    """Whether anything was measured on a quiet machine, else whether *point* itself was measured."""
    return found["calm"] or any(Point(*other).cell == point.cell for other in found["points"])


def point_of(model: ModelProfile, weights: Weights, scheme: str) -> Point:
    """The configuration as the kernel sees it."""
    from advisor.prediction.local_speed.inputs import kernel_family, per_token

    _, read_bytes, _ = per_token(model, weights)
    return Point(kernel_family(scheme), math.log(read_bytes), model.is_moe, f"{model.known_as}|{scheme}")


def effect(found: dict[str, Any], point: Point, phase: str) -> tuple[float, float, int]:
    """Mean of log(measured ÷ predicted) for *point*, sd of a row about it, number of rows.

    The Gaussian process of KERNELS gives a mean m and a variance v, from S² before any row. `predict_local`
    shrinks by its own knowledge of S², so it is handed what is not shrunk yet: m·S² ÷ (S² - v), with the
    error v·S² ÷ (S² - v) that brings m and v back.
    """
    mean, variance, before = posterior(found, point, phase)
    told = before - variance
    rows = found["rows"]
    if told <= 0:
        return 0.0, 1e3, rows
    return mean * before / told, math.sqrt(variance * before / told * rows), rows


def posterior(found: dict[str, Any], point: Point, phase: str) -> tuple[float, float, float]:
    """Mean and variance of the systematic part for *point*, and its variance before any row."""
    kernel = KERNELS[phase]
    shared = [_shared(kernel, Point(*other), point, found["calm"]) for other in found["points"]]
    mean = math.fsum(a * k for a, k in zip(found["alpha"], shared, strict=True))
    solved = _forward(found["cholesky"], shared)
    before = kernel.shared(point, point)
    return mean, max(before - math.fsum(x * x for x in solved), 0.0), before


def summarise(evidence: list[Evidence]) -> dict[str, dict[str, Any]]:
    """Backend -> phase -> the points, and what the Gaussian process needs of them (plain values)."""
    out: dict[str, dict[str, Any]] = {}
    for backend, phase in sorted({(e.backend, e.phase) for e in evidence}):
        chosen = [e for e in evidence if (e.backend, e.phase) == (backend, phase)]
        chosen = sorted(chosen, key=lambda e: e.doubtful)[:MOST_POINTS]
        calm = not chosen[0].doubtful
        kernel = KERNELS[phase]
        matrix = [[_shared(kernel, a.point, b.point, calm) + _noise(a, b) for b in chosen] for a in chosen]
        lower = _cholesky(matrix)
        half = _forward(lower, [e.log_ratio for e in chosen])
        out.setdefault(backend, {})[phase] = {
            "points": [[e.point.family, e.point.log_bytes, e.point.sparse, e.point.cell] for e in chosen],
            "alpha": _backward(lower, half),
            "cholesky": lower,
            "calm": calm,
            "rows": sum(e.rows for e in chosen),
            "busy_rows": sum(e.rows for e in chosen if e.doubtful),
        }
    return out


def _shared(kernel: Kernel, a: Point, b: Point, calm: bool) -> float:
    """Covariance of two configurations; without one measured on a quiet machine, each stands alone."""
    return kernel.shared(a, b) if calm or a.cell == b.cell else 0.0


def _noise(a: Evidence, b: Evidence) -> float:
    """Covariance of what two measurements are off by."""
    own = (REPEAT_SD**2 + a.doubtful * (1 - BUSY_COMMON) * BUSY_SD**2) if a is b else 0.0
    return own + (a.doubtful and b.doubtful) * BUSY_COMMON * BUSY_SD**2


def _cholesky(matrix: list[list[float]]) -> list[list[float]]:
    """The lower triangle L with L·Lᵀ = matrix; the noise on the diagonal keeps it positive."""
    lower: list[list[float]] = []
    for i, row in enumerate(matrix):
        new: list[float] = []
        for j in range(i):
            new.append((row[j] - math.fsum(a * b for a, b in zip(new, lower[j], strict=False))) / lower[j][j])
        new.append(math.sqrt(row[i] - math.fsum(a * a for a in new)))
        lower.append(new)
    return lower


def _forward(lower: list[list[float]], values: list[float]) -> list[float]:
    """x with L·x = values."""
    x: list[float] = []
    for row, value in zip(lower, values, strict=True):
        x.append((value - sum(a * b for a, b in zip(row, x, strict=False))) / row[len(x)])
    return x


def _backward(lower: list[list[float]], values: list[float]) -> list[float]:
    """x with Lᵀ·x = values."""
    x = list(values)
    for i in range(len(x) - 1, -1, -1):
        x[i] = (x[i] - math.fsum(lower[j][i] * x[j] for j in range(i + 1, len(x)))) / lower[i][i]
    return x


class _Asked:
    """The machine, equal and hashed by what its speed depends on."""

    def __init__(self, hardware: HardwareProfile) -> None:
        cpu, memory = hardware.cpu, hardware.memory
        self.hardware = hardware
        self.inputs = (
            fingerprint(hardware),
            cpu.brand,
            cpu.microarchitecture,
            cpu.physical_cores,
            cpu.performance_cores,
            cpu.usable_cores,
            cpu.logical_cores,
            cpu.isa,
            memory.bandwidth_bytes_per_s,
            memory.measured_bandwidth_bytes_per_s,
            hardware.gpus,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.inputs == other.inputs

    def __hash__(self) -> int:
        return hash(self.inputs)

    def key(self) -> str:
        """The summary's key in the store: it also changes with the fitted predictor."""
        import hashlib

        artifact = os.stat(FOLDER / "local_speed.json")
        said = repr((self.inputs, artifact.st_size, artifact.st_mtime_ns, KERNELS, BUSY_SD, BUSY_COMMON))
        return hashlib.sha256(said.encode()).hexdigest()


def store_state(path: Path) -> tuple[int, ...] | None:
    """Changes whenever the store does; None when there is none."""
    try:
        main = os.stat(path)
    except OSError:
        return None
    try:
        wal = os.stat(f"{path}-wal")
    except OSError:
        return (main.st_mtime_ns, main.st_size)
    return (main.st_mtime_ns, main.st_size, wal.st_mtime_ns, wal.st_size)


@lru_cache(maxsize=64)
def _summary(path: str, state: tuple[int, ...], asked: _Asked) -> dict[str, dict[str, Any]]:
    """The kept summary, else a new one."""
    import sqlite3

    try:
        db = open_store(Path(path))
        try:
            host = asked.inputs[0]
            if not db.execute(
                "SELECT 1 FROM rows WHERE host = ? AND kind = 'speed' LIMIT 1", (host,)
            ).fetchone():
                return {}
            kept = db.execute("SELECT document FROM effects WHERE key = ?", (asked.key(),)).fetchone()
            if kept:
                return json.loads(kept[0])
            from advisor.prediction.own.rows import evidence

            document = json.dumps(summarise(evidence(db, asked.hardware, host)), sort_keys=True)
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot read your measurements in {path}: {error}; move the file away, or set ADVISOR_DATA_DIR"
        ) from None
    _keep(path, asked.key(), document)
    return json.loads(document)


def open_store(path: Path) -> sqlite3.Connection:
    """Read-only; in a folder where SQLite cannot keep its shared memory, as the file stands."""
    import sqlite3

    # urllib's quoting costs more than all the rest of an answer.
    plain = path.absolute().as_posix().replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    uri = f"file:/{plain.lstrip('/')}?mode=ro"
    try:
        db = sqlite3.connect(uri, uri=True, timeout=5.0)
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        db = sqlite3.connect(uri + "&immutable=1", uri=True)
    return db


def _keep(path: str, key: str, document: str) -> None:
    """For the next process; a store that cannot be written only costs it the computation."""
    import contextlib
    import sqlite3

    with contextlib.suppress(sqlite3.Error):
        db = sqlite3.connect(path, timeout=0.1)
        try:
            with db:
                db.execute("INSERT OR REPLACE INTO effects VALUES (?, ?)", (key, document))
        finally:
            db.close()
