"""Hostile inputs to every reader, from a seed: each is answered or refused by name, in time and in memory.

    python benchmarks/attack.py [--inputs 20000] [--seed 1] [--kind gguf]… [--keep FOLDER]

Prints for each kind how many inputs were answered and refused, the slowest, and the faults by what was raised
and where; the exit code is 1 when there is any. A fault's input is kept in FOLDER.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advisor.errors import AdvisorError
from benchmarks.attacks import files, questions

KINDS: dict[str, Callable[[Random, Path], object]] = {**files.KINDS, **questions.KINDS}
SHARES = {
    "name": 0.3,
    "command line": 0.02,
    "poisoned store": 0.05,
    "shell": 0.01,
    "probe": 0.3,
    "import": 0.5,
}
"""Of the inputs of a full share: kinds that cost more get fewer."""
HANGS_S = 5.0
"""Of the processor's time: other programs' work is no fault."""
MOST_BYTES = 200 * 2**20
CAP_BYTES = 4 * 2**30


@dataclass
class Count:
    """What came of the inputs of one kind."""

    answered: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)


class Hang(BaseException):
    """An input took too long; no reader catches it."""


def main() -> int:
    """Attack, count, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=20_000, help="all kinds together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS), help="only these")
    parser.add_argument("--keep", type=Path, help="where inputs of faults go")
    args = parser.parse_args()
    signal.signal(signal.SIGVTALRM, _hang)
    # An input that takes all memory is a fault of its own and shall not end the others.
    resource.setrlimit(resource.RLIMIT_AS, (CAP_BYTES, CAP_BYTES))
    kinds = args.kind or list(KINDS)
    full = args.inputs / sum(SHARES.get(kind, 1.0) for kind in kinds)
    counts = {
        kind: _attack(kind, round(full * SHARES.get(kind, 1.0)), args.seed, args.keep) for kind in kinds
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    _print(counts, peak)
    return 1 if peak > MOST_BYTES or any(count.faults for count in counts.values()) else 0


def _hang(*_: object) -> None:
    raise Hang


def _attack(kind: str, inputs: int, seed: int, keep: Path | None) -> Count:
    count, chance = Count(), Random(f"{kind}:{seed}")
    with tempfile.TemporaryDirectory(prefix="attack-") as name:
        folder = Path(name)
        os.environ["ADVISOR_DATA_DIR"] = str(folder / "data")
        os.environ["ADVISOR_CACHE_DIR"] = str(folder / "cache")
        for number in range(inputs):
            start = time.process_time()
            signal.setitimer(signal.ITIMER_VIRTUAL, HANGS_S)
            try:
                KINDS[kind](chance, folder)
                count.answered += 1
            except AdvisorError:
                count.refused += 1
            except (Exception, Hang) as error:
                place = _place(error)
                count.faults[place] += 1
                if keep and count.faults[place] == 1:
                    shutil.copytree(folder, keep / f"{kind.replace(' ', '-')}-{number}", dirs_exist_ok=True)
                    (keep / f"{kind.replace(' ', '-')}-{number}.txt").write_text(
                        traceback.format_exc()[-5000:], encoding="utf-8", errors="backslashreplace"
                    )
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            count.slowest_s = max(count.slowest_s, time.process_time() - start)
    return count


def _place(error: BaseException) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "advisor" in frame.filename]
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    said = str(error).splitlines()[0][:160] if isinstance(error, questions.Fault) and str(error) else ""
    return f"{type(error).__name__} at {at} {said}".strip().encode("utf-8", "backslashreplace").decode()


def _print(counts: dict[str, Count], peak: int) -> None:
    print(f"{'kind':<16}{'answered':>10}{'refused':>10}{'faults':>8}{'slowest':>10}")
    for kind, count in counts.items():
        faults = count.faults.total()
        print(f"{kind:<16}{count.answered:>10}{count.refused:>10}{faults:>8}{count.slowest_s:>8.2f} s")
    total = sum(count.answered + count.refused + count.faults.total() for count in counts.values())
    print(f"{total} inputs, peak memory {peak / 2**20:.0f} MiB")
    for kind, count in counts.items():
        for place, times in count.faults.most_common():
            print(f"{kind}: {times} times {place}")


if __name__ == "__main__":
    sys.exit(main())
