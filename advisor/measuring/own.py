"""The user's store -> what a prediction is told of it: read once, at the edge of the program.

Nothing to read costs nothing: the store is opened only where its file is. What the rows of a machine say
about its speed is computed once and kept in the store until a row is added or removed.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.data import store_file
from advisor.documents.hardware import HardwareProfile
from advisor.prediction.own.evidence import NOTHING_OWN, OwnDamage, OwnEvidence, Point, Pooled

if TYPE_CHECKING:
    import sqlite3

    from advisor.measuring.stored import SetAside

MOST_SAID = 2000
"""Characters of what is said of rows set aside."""
_State = tuple[int, ...]


def own_evidence(hardware: HardwareProfile) -> OwnEvidence:
    """What the user measured on *hardware*, and damage measured anywhere; nothing without a store.

    Raises StoreError when the store is there and cannot be read.
    """
    path = store_file()
    state = _state(path)
    return NOTHING_OWN if state is None else _evidence(path, state, hardware)


def _state(path: Path) -> _State | None:
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
def _evidence(path: Path, state: _State, hardware: HardwareProfile) -> OwnEvidence:
    import sqlite3

    from advisor.errors import StoreError
    from advisor.measuring.stored import SetAside

    try:
        db = open_store(path)
        try:
            aside = SetAside()
            if not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                return NOTHING_OWN  # a writer was stopped before it made the tables
            damage = _damage(db, aside)
            speed, said = _speed(db, path, hardware)
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot read your measurements in {path}: {error}; move the file away, or set ADVISOR_DATA_DIR"
        ) from None
    return OwnEvidence(speed=speed, damage=damage, notes=(*said, *aside.words()))


def open_store(path: Path) -> sqlite3.Connection:
    """Read-only; in a folder where SQLite cannot keep its shared memory, as the file stands."""
    import sqlite3

    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        db = sqlite3.connect(uri, uri=True, timeout=5.0)
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        db = sqlite3.connect(uri + "&immutable=1", uri=True)
    return db


def _damage(db: sqlite3.Connection, aside: SetAside) -> tuple[OwnDamage, ...]:
    from advisor.measuring.stored import read_rows

    texts: dict[tuple[str, str, str], dict[str, tuple[float, float]]] = {}
    rest = " WHERE kind = 'accuracy' AND metric IN ('ppl_ratio', 'kld_mean') ORDER BY id"
    for _, _, row in read_rows(db, rest, (), aside):
        texts.setdefault((row.model, row.scheme, row.metric), {})[row.dataset] = (row.value, row.sd or 0.0)
    return tuple(
        OwnDamage(model=model, scheme=scheme, metric=metric, texts=tuple(figures.values()))  # type: ignore[arg-type]  # the query names both
        for (model, scheme, metric), figures in texts.items()
    )


def _speed(
    db: sqlite3.Connection, path: Path, hardware: HardwareProfile
) -> tuple[tuple[Pooled, ...], tuple[str, ...]]:
    """What is kept of this machine, else what its rows say now; and what is said of rows set aside."""
    import json

    from advisor.measuring.fingerprint import fingerprint

    host = fingerprint(hardware)
    if not db.execute(
        "SELECT 1 FROM rows WHERE host = ? AND kind IN ('speed', 'serving') LIMIT 1", (host,)
    ).fetchone():
        return (), ()
    key = _key(hardware, host)
    kept = db.execute("SELECT document FROM effects WHERE key = ?", (key,)).fetchone()
    if kept and (found := _kept(kept[0])) is not None:
        return found
    from advisor.measuring.evidence import evidence, served
    from advisor.measuring.stored import SetAside
    from advisor.prediction.own.pooling import pool

    aside = SetAside()
    pooled = pool([*evidence(db, hardware, host, aside), *served(db, hardware, host, aside)])
    said = aside.words()
    _keep(
        path, key, json.dumps({"pooled": [part._asdict() for part in pooled], "said": said}, sort_keys=True)
    )
    return pooled, said


def _kept(document: object) -> tuple[tuple[Pooled, ...], tuple[str, ...]] | None:
    """What was kept; None where it is not what this program keeps: it is then computed anew."""
    import json

    from advisor.prediction.own.pooling import is_whole

    try:
        found = json.loads(document)  # type: ignore[arg-type]  # anything may stand in a cell
        pooled = tuple(_of_plain(part) for part in found["pooled"])
        said = tuple(str(text)[:MOST_SAID] for text in found["said"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return (pooled, said) if all(map(is_whole, pooled)) else None


def _of_plain(part: dict[str, list[list[float]]]) -> Pooled:
    """A pooled entry as it was kept."""
    from typing import Any, cast

    fields = cast("dict[str, Any]", part)
    return Pooled(
        **fields
        | {
            "points": tuple(Point(**point) for point in fields["points"]),
            "alpha": tuple(fields["alpha"]),
            "log_ratios": tuple(fields["log_ratios"]),
            "doubtful": tuple(fields["doubtful"]),
            "cholesky": tuple(tuple(row) for row in fields["cholesky"]),
        }
    )


def _key(hardware: HardwareProfile, host: str) -> str:
    """What the summary depends on: the machine's speed, the fitted predictor and the pooling's constants."""
    import hashlib

    from advisor.prediction.artifacts import FOLDER
    from advisor.prediction.own.pooling import BUSY_COMMON, BUSY_SD, KERNELS, REPEAT_SD

    cpu, memory = hardware.cpu, hardware.memory
    inputs = (
        host, cpu.brand, cpu.microarchitecture, cpu.physical_cores, cpu.performance_cores, cpu.usable_cores,
        cpu.logical_cores, cpu.isa, memory.bandwidth_bytes_per_s, memory.measured_bandwidth_bytes_per_s,
        hardware.gpus,
    )  # fmt: skip
    parts = [os.stat(FOLDER / f"{name}.json") for name in ("local_speed", "serving_speed")]
    fitted = (*((part.st_size, part.st_mtime_ns) for part in parts), KERNELS, BUSY_SD, BUSY_COMMON, REPEAT_SD)
    return hashlib.sha256(repr((inputs, fitted)).encode()).hexdigest()


def _keep(path: Path, key: str, document: str) -> None:
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
