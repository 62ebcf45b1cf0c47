"""What the user's own measurements say about the asked machine: nothing to read, nothing to pay.

The store (`advisor.measuring.store`) is opened only when its file exists. From its rows of the asked machine a
summary is made once and kept in the store until a row is added or removed: per backend and phase the mean of
log(measured ÷ predicted), its spread, and the part of it that belongs to each family of schemes.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.data import store_file
from advisor.documents.hardware import HardwareProfile
from advisor.documents.outcome import Placement
from advisor.errors import StoreError

if TYPE_CHECKING:
    import sqlite3

    from advisor.prediction.local_speed import LocalEffect

PHASES = ("decode", "prefill")
SPREAD = {"decode": 0.14, "prefill": 0.20}
"""Log sd of one configuration about its device's mean, and its weight in rows; see `advisor evaluate local`."""
SPREAD_ROWS = 3.0
FAMILY_SD = {"decode": 0.08, "prefill": 0.12}
"""Log sd of a family of schemes about its device's mean; see `advisor evaluate local`."""
SPLIT_KINDS = ("split", "experts-on-cpu")
"""Placements on two kinds of memory: no single device's effect is theirs."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One configuration measured on the machine."""

    backend: str
    phase: str
    family: str
    log_ratio: float
    """log(measured ÷ predicted) of its speed."""


def fingerprint(hardware: HardwareProfile) -> str:
    """Twelve hex digits of what a machine is: CPU brand, GPUs, nodes and RAM.

    RAM counts in steps of a quarter of a doubling, since a kernel's share of it changes from boot to boot.
    """
    total = hardware.memory.total_bytes
    said = [
        " ".join((hardware.cpu.brand or "").lower().split()),
        sorted(gpu.catalog_name or gpu.name for gpu in hardware.gpus),
        hardware.nodes,
        round(4 * math.log2(total / 2**30)) if total else None,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


def local_effect(
    hardware: HardwareProfile, backend: str, scheme: str, placement: Placement | None
) -> LocalEffect | None:
    """What own measurements say about *scheme* on *backend* of this machine; None without any.

    Raises StoreError when the store is there and cannot be read.
    """
    path = store_file()
    state = _state(path)
    if state is None:
        return None
    if placement is not None and placement.kind in SPLIT_KINDS:
        return None
    if placement is not None and placement.kind == "cpu":
        backend = "cpu"
    found = _summary(str(path), state, _Asked(hardware)).get(backend)
    if not found:
        return None
    from advisor.prediction.local_speed import LocalEffect
    from advisor.prediction.local_speed_case import kernel_family

    family = kernel_family(scheme)
    own = {phase: pooled(found[phase], family, phase) for phase in PHASES if phase in found}
    values = {}
    for phase, (mean, sd, rows) in own.items():
        values |= {f"{phase}_log_ratio": mean, f"{phase}_sd": sd, f"{phase}_rows": rows}
    return LocalEffect(**values)


def pooled(found: dict[str, Any], family: str, phase: str) -> tuple[float, float, int]:
    """Mean, sd of one row and number of rows for *family*: its own rows as far as they are many, else the device's."""
    mean, sd, rows = found["mean"], found["sd"], found["rows"]
    tau = FAMILY_SD[phase]
    own = found["families"].get(family)
    if own is None:
        return mean, math.hypot(sd, tau), rows
    weight = tau**2 / (tau**2 + sd**2 / own["rows"])
    return mean + weight * (own["mean"] - mean), sd, rows


def summarise(evidence: list[Evidence]) -> dict[str, dict[str, Any]]:
    """Backend -> phase -> mean, sd, rows and families. The mean is over families, so that a sweep of one scheme does
    not speak for the device; the sd is the residuals' own as far as there are many."""
    out: dict[str, dict[str, Any]] = {}
    for backend, phase in sorted({(e.backend, e.phase) for e in evidence}):
        chosen = [e for e in evidence if (e.backend, e.phase) == (backend, phase)]
        families: dict[str, list[float]] = {}
        for e in chosen:
            families.setdefault(e.family, []).append(e.log_ratio)
        means = {name: math.fsum(values) / len(values) for name, values in families.items()}
        tau, sd0 = FAMILY_SD[phase], SPREAD[phase]
        trust = {name: 1.0 / (tau**2 + sd0**2 / len(values)) for name, values in families.items()}
        mean = math.fsum(trust[name] * means[name] for name in means) / math.fsum(trust.values())
        squares = math.fsum((value - means[name]) ** 2 for name, values in families.items() for value in values)
        free = len(chosen) - len(families)
        sd = math.sqrt((SPREAD_ROWS * sd0**2 + squares) / (SPREAD_ROWS + free))
        out.setdefault(backend, {})[phase] = {
            "mean": mean, "sd": sd, "rows": len(chosen),
            "families": {name: {"mean": means[name], "rows": len(families[name])} for name in sorted(families)},
        }
    return out


class _Asked:
    """The machine, equal and hashed by what its speed depends on."""

    def __init__(self, hardware: HardwareProfile) -> None:
        cpu, memory = hardware.cpu, hardware.memory
        self.hardware = hardware
        self.inputs = (
            fingerprint(hardware), cpu.brand, cpu.microarchitecture, cpu.physical_cores, cpu.performance_cores,
            cpu.usable_cores, cpu.logical_cores, cpu.isa, memory.bandwidth_bytes_per_s,
            memory.measured_bandwidth_bytes_per_s, hardware.gpus,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.inputs == other.inputs

    def __hash__(self) -> int:
        return hash(self.inputs)

    def key(self) -> str:
        """The summary's key in the store: it also changes with the fitted predictor."""
        artifact = os.stat(Path(__file__).parent / "artifact" / "local_speed.json")
        said = repr((self.inputs, artifact.st_size, artifact.st_mtime_ns, SPREAD, FAMILY_SD))
        return hashlib.sha256(said.encode()).hexdigest()


def _state(path: Path) -> tuple[int, ...] | None:
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
        db = _open(path)
        try:
            host = asked.inputs[0]
            if not db.execute("SELECT 1 FROM rows WHERE host = ? AND kind = 'speed' LIMIT 1", (host,)).fetchone():
                return {}
            kept = db.execute("SELECT document FROM effects WHERE key = ?", (asked.key(),)).fetchone()
            if kept:
                return json.loads(kept[0])
            from advisor.prediction.local_evidence_rows import evidence

            document = json.dumps(summarise(evidence(db, asked.hardware, host)), sort_keys=True)
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot read your measurements in {path}: {error}; move the file away, or set ADVISOR_DATA_DIR"
        ) from None
    _keep(path, asked.key(), document)
    return json.loads(document)


def _open(path: str) -> sqlite3.Connection:
    """Read-only; in a folder where SQLite cannot keep its shared memory, as the file stands."""
    import sqlite3
    from urllib.request import pathname2url

    uri = f"file:{pathname2url(path)}?mode=ro"
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
