"""What is killed: each kind keeps or writes something, and says what is there afterwards."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path

from advisor.cli.main import run
from advisor.measuring.check import FILE, check, mend
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
        fixture = Path(__file__).parents[2] / "tests" / "measuring" / "fixtures" / "llama_bench.jsonl"
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


class Mended(Kind):
    """A store of ROWS rows, every other one of which no import would keep, mended."""

    def prepare(self, folder: Path) -> None:
        with Store() as store:
            store.add(rows(ROWS), Origin("a", "1", "f"))
            store.connection.execute("UPDATE rows SET value = -value WHERE id % 2")

    def work(self, folder: Path) -> None:
        with Store() as store:
            mend(store, check(store).faulty)

    def state(self, folder: Path) -> object:
        path = folder / FILE
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        aside = [json.loads(line)["id"] for line in lines]
        db = sqlite3.connect(folder / "measurements.sqlite3")
        left = {number for (number,) in db.execute("SELECT id FROM rows")}
        db.close()
        if len(aside) != len(set(aside)):
            raise ValueError(f"{len(aside) - len(set(aside))} rows set aside twice")
        if lost := ROWS - len(left.union(aside)):
            raise ValueError(f"{lost} rows are neither in the store nor set aside")
        return kept()


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
    "import": Import, "measure": Measure, "mend": Mended, "migration": Migration, "save": Saved,
}  # fmt: skip
