"""Programs killed at any moment: nothing that was acknowledged is lost, nothing is halved or doubled.

    python benchmarks/kills.py [--kills 200] [--seed 1] [--kind import]…

An import, a measurement, a migration and a mending of the store and a save of the TUI are each begun in a
child, which SIGKILL ends after a random time. What is then there is whole or absent, and doing it again gives
what an undisturbed run gives. The exit code is 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.killed.kinds import KINDS_KILLED, Kind, Saved


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
