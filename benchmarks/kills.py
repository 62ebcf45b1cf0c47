"""Programs killed at any moment: nothing that was acknowledged is lost, nothing is halved or doubled.

    python benchmarks/kills.py [--kills 200] [--seed 1] [--kind import]…

An import, a measurement, a migration of the store and a save of the TUI are each begun in a child, which
SIGKILL ends after a random time. What is then there is whole or absent, and doing it again gives what an
undisturbed run gives. The exit code is 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advisor.cli.main import run
from advisor.measuring.migrations import STEPS, migrate
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store
from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.saving import KINDS, save
from benchmarks.attacks.files import whole_gguf

ROWS = 2000
ADDED = (
    "ALTER TABLE rows ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    "UPDATE rows SET note = model || scheme",
    "CREATE INDEX rows_of_note ON rows (note)",
)
"""A step as a later version could bring it: every row is written anew."""


class Kind(ABC):
    """Something that keeps or writes, begun anew in a folder of its own."""

    @abstractmethod
    def prepare(self, folder: Path) -> None:
        """What is there before."""

    @abstractmethod
    def work(self, folder: Path) -> None:
        """What is killed; acknowledged when it returns."""

    @abstractmethod
    def state(self, folder: Path) -> object:
        """What is there now, where it is whole; ValueError says what is not."""

    once = True
    """Whether doing it again changes nothing: a second measurement is one more."""


def rows(count: int) -> list[Row]:
    """Made-up speeds, all different."""
    return [
        Row(kind="speed", metric="tokens_per_s", value=1.0 + i, phase="decode", model="Llama-3.1-8B",
            scheme="Q4_K_M", engine="llama.cpp", backend="cuda", host="h", output_tokens=128, depth=0)
        for i in range(count)
    ]  # fmt: skip


def kept() -> tuple[int, int]:
    """Rows and origins in the store. Raises ValueError when the file is not sound or a row is there twice."""
    path = Path(os.environ["ADVISOR_DATA_DIR"]) / "measurements.sqlite3"
    if not path.exists():
        return (0, 0)
    db = sqlite3.connect(path)
    try:
        if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
            return (0, 0)
        if (found := db.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise ValueError(f"integrity: {found}")
        count, keys, origins = db.execute(
            "SELECT count(*), count(DISTINCT key), (SELECT count(*) FROM origins) FROM rows"
        ).fetchone()
        if count != keys:
            raise ValueError(f"{count - keys} rows doubled")
        return (count, origins)
    finally:
        db.close()


class Import(Kind):
    """A file of ROWS rows."""

    def prepare(self, folder: Path) -> None:
        common = {
            "kind": "speed", "metric": "tokens_per_s", "phase": "decode", "engine": "llama.cpp",
            "backend": "cuda", "model": "Llama-3.1-8B", "scheme": "Q4_K_M",
        }  # fmt: skip
        lines = (json.dumps({**common, "value": row.value}) for row in rows(ROWS))
        (folder / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def work(self, folder: Path) -> None:
        if run(["measurements", "import", str(folder / "rows.jsonl"), "--hardware", "RTX 4090"]):
            raise ValueError("the import failed")

    def state(self, folder: Path) -> object:
        return kept()


class Measure(Kind):
    """A speed that a stand-in for llama-bench prints: each run adds its rows, all or none."""

    once = False

    def prepare(self, folder: Path) -> None:
        (folder / "tiny.gguf").write_bytes(whole_gguf(str(folder)))
        program = folder / "llama-bench"
        fixture = Path(__file__).parents[1] / "tests" / "measuring" / "fixtures" / "llama_bench.jsonl"
        program.write_text(f"#!/bin/sh\ncat {str(fixture)!r}\n", encoding="utf-8")
        program.chmod(0o755)

    def work(self, folder: Path) -> None:
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
        if run(["measure", "speed", str(folder / "tiny.gguf"), "--json"]):
            raise ValueError("the measurement failed")

    def state(self, folder: Path) -> object:
        return kept()


class Migration(Kind):
    """A store of ROWS rows that a later version brings to its schema."""

    def prepare(self, folder: Path) -> None:
        with Store() as store:
            store.add(rows(ROWS), Origin("a", "1", "f"))

    def work(self, folder: Path) -> None:
        db = sqlite3.connect(folder / "measurements.sqlite3", isolation_level=None)
        migrate(db, (*STEPS, ADDED))
        db.close()

    def state(self, folder: Path) -> object:
        db = sqlite3.connect(folder / "measurements.sqlite3")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        columns = [column[1] for column in db.execute("PRAGMA table_info(rows)")]
        if (version == len(STEPS)) == ("note" in columns):
            raise ValueError(f"version {version} with the columns of another")
        noted = (
            db.execute("SELECT count(*) FROM rows WHERE note != ''").fetchone()[0] if "note" in columns else 0
        )
        db.close()
        return (*kept(), version, noted)


class Saved(Kind):
    """Every file the TUI can save, over files that are there."""

    def __init__(self) -> None:
        answers = Answers(hardware="RTX 4090", model="Llama-3.1-8B", engines="llama.cpp", context="4096")
        self.reply = Conversation(answers, probe=lambda: None).ask(answers)  # type: ignore[arg-type, return-value]  # the machine is named
        with tempfile.TemporaryDirectory() as folder:
            names = save(self.reply, folder, tuple(KINDS))
            self.whole = {Path(name).name: Path(name).read_bytes() for name in names}

    def prepare(self, folder: Path) -> None:
        for name in self.whole:
            (folder / name).write_bytes(b"old")

    def work(self, folder: Path) -> None:
        save(self.reply, str(folder), tuple(KINDS))

    def state(self, folder: Path) -> object:
        for name, whole in self.whole.items():
            found = (folder / name).read_bytes()
            if found not in (b"old", whole):
                raise ValueError(f"{name} has {len(found)} of {len(whole)} bytes")
        return [(folder / name).read_bytes() == whole for name, whole in self.whole.items()]


KINDS_KILLED: dict[str, type[Kind]] = {
    "import": Import, "measure": Measure, "migration": Migration, "save": Saved,
}  # fmt: skip


def begun(kind: Kind, folder: Path) -> tuple[int, int]:
    """The child at work, and a pipe on which it says that it is done."""
    reads, writes = os.pipe()
    child = os.fork()
    if child:
        os.close(writes)
        return child, reads
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        kind.work(folder)
        os.write(writes, b"1")
    finally:
        os._exit(0)


def kill_many(name: str, kills: int, seed: int) -> tuple[int, int, list[str]]:
    """(killed before the end, acknowledged, faults) of *kills* attempts."""
    kind, chance, took_s = KINDS_KILLED[name](), Random(f"{name}:{seed}"), 0.0
    early, done, faults, undisturbed = 0, 0, [], None
    for attempt in range(-1, kills):  # the first is left alone, and says how long it takes
        with tempfile.TemporaryDirectory(prefix="kills-") as place:
            folder = Path(place)
            os.environ["ADVISOR_DATA_DIR"] = place
            kind.prepare(folder)
            before = kind.state(folder)
            start = time.perf_counter()
            child, pipe = begun(kind, folder)
            if attempt >= 0:
                time.sleep(chance.uniform(0.0, 1.1 * took_s))
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            took_s = took_s or time.perf_counter() - start
            acknowledged = os.read(pipe, 1) == b"1"
            os.close(pipe)
            if attempt < 0:
                if not acknowledged:
                    raise SystemExit(f"{name}: fails undisturbed")
                undisturbed = kind.state(folder)
                continue
            early, done = early + (not acknowledged), done + acknowledged
            faults += _faults(kind, folder, (before, undisturbed), acknowledged)
    return early, done, faults


def _faults(kind: Kind, folder: Path, states: tuple[object, object], acknowledged: bool) -> list[str]:
    before, whole = states
    try:
        found = kind.state(folder)
        if isinstance(kind, Saved):
            wrong = acknowledged and found != whole
        else:
            wrong = found != whole if acknowledged else found not in (before, whole)
        if wrong:
            return [f"{found} instead of {whole}"]
        child, pipe = begun(kind, folder)
        os.waitpid(child, 0)
        os.close(pipe)
        again = kind.state(folder)
        return [f"done again: {again} instead of {whole}"] if kind.once and again != whole else []
    except (ValueError, OSError, sqlite3.Error) as error:
        return [str(error)]


def main() -> int:
    """Kill, count, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS_KILLED), help="only these")
    args = parser.parse_args()
    print(f"{'kind':<12}{'kills':>7}{'before the end':>16}{'acknowledged':>14}{'faults':>8}")
    bad = 0
    for name in args.kind or KINDS_KILLED:
        early, done, faults = kill_many(name, args.kills, args.seed)
        bad += len(faults)
        print(f"{name:<12}{args.kills:>7}{early:>16}{done:>14}{len(faults):>8}", flush=True)
        for fault in sorted(set(faults))[:5]:
            print(f"  {fault}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
