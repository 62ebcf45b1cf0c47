"""A batch of cases in one process and on a Ray cluster of two workers: time, memory, and whether the bytes
are the same.

    python benchmarks/ray_batch.py [CASES]      # default 20,000

The cases are those of benchmarks/cost.py, each with another prompt length, so that few are answered from a
cache. Two workers on a machine of two cores share them with the process that hands out the work.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.cost import cases

WAYS = {"one process": (), "Ray, two workers": ("--ray", "local")}


class Run(NamedTuple):
    """What one command took."""

    wall_s: float
    peak_bytes: int
    sha256: str


def main(n_cases: int) -> int:
    """Print each way and their ratio; 1 where the bytes differ."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cases.jsonl"
        with file.open("w") as out:
            given = cases()
            for index in range(n_cases):
                case = given[index % len(given)]
                load = case["workload"] | {"prompt_tokens": 64 + index // len(given) % 8000}
                out.write(json.dumps(case | {"id": index, "workload": load}) + "\n")
        for name, options in WAYS.items():
            run = found[name] = once(("predict", "--batch", str(file), *options), Path(folder) / "answers")
            print(
                f"{name:<18} {n_cases} cases, {run.wall_s:.1f} s, {n_cases / run.wall_s:.0f} cases/s, "
                f"peak {run.peak_bytes / 1e6:.0f} MB",
                flush=True,
            )
    one, two = found.values()
    same = one.sha256 == two.sha256
    print(
        f"{one.wall_s / two.wall_s:.2f} times as fast on the cluster; {'the same' if same else 'OTHER'} bytes"
    )
    return 0 if same else 1


def once(arguments: tuple[str, ...], answers: Path) -> Run:
    """One command with its answers in a file, start of the cluster included."""
    begun = time.perf_counter()
    with answers.open("wb") as out:
        child = subprocess.Popen([sys.executable, "-m", "advisor", *arguments], stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{arguments} ended with {os.waitstatus_to_exitcode(status)}")
    wall_s = time.perf_counter() - begun
    digest = hashlib.sha256()
    with answers.open("rb") as written:
        while block := written.read(2**20):
            digest.update(block)
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes on macOS, in KiB elsewhere
    return Run(wall_s, usage.ru_maxrss * scale, digest.hexdigest())


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
