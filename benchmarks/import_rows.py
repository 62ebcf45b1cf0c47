"""How long 100,000 rows take to import, and what they cost the next answers.

    python benchmarks/import_rows.py [--rows 100000]

Everything happens in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PREDICT = (
    "from advisor.cli.main import run; import time; t = time.perf_counter();"
    "run(['predict', '--model', 'llama-3.1-8b', '--scheme', 'Q5_K_M', '--hardware', 'RTX 4090',"
    " '--engine', 'llama.cpp']);"
    "import sys; print(f'{1e3 * (time.perf_counter() - t):.1f}', file=sys.stderr)"
)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ADVISOR_DATA_DIR"] = folder
        file = Path(folder) / "bench.jsonl"
        file.write_text("".join(json.dumps(record(i)) + "\n" for i in range(args.rows)), encoding="utf-8")
        print(f"one prediction without a store: {predict_ms()} ms")
        seconds = import_s(file)
        print(f"import of {args.rows} rows: {seconds:.1f} s ({file.stat().st_size >> 20} MiB of JSON lines)")
        print(f"the same file again: {import_s(file):.1f} s")
        print(f"first prediction after it: {predict_ms()} ms; the next: {predict_ms()} ms")


def record(i: int) -> dict[str, Any]:
    """A made-up llama-bench record of one of 24 configurations."""
    prompt = i % 2
    return {
        "build_commit": "0000000", "build_number": 1, "cpu_info": "AMD Ryzen 9 7950X 16-Core Processor",
        "gpu_info": "NVIDIA GeForce RTX 4090", "backends": "CUDA", "model_type": "llama 8B",
        "model_filename": f"Meta-Llama-3.1-8B-Instruct-{('Q4_K_M', 'Q8_0', 'Q6_K')[i % 3]}.gguf",
        "model_n_params": 8030261248, "n_gpu_layers": 99, "n_threads": 16, "type_k": "f16",
        "n_prompt": 512 * prompt, "n_gen": 128 * (1 - prompt), "n_depth": 0 if prompt else 1024 * (i % 8),
        "test_time": f"2026-01-01T00:00:00.{i:09d}Z", "avg_ts": 100.0 + random.Random(i).random(),
        "stddev_ts": 0.1,
    }  # fmt: skip


def import_s(file: Path) -> float:
    """Seconds of the whole command."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "advisor", "measurements", "import", str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - begin


def predict_ms() -> str:
    """Milliseconds of one prediction in a fresh process, imports included, the interpreter's start not."""
    done = subprocess.run(
        [sys.executable, "-c", PREDICT],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    return done.stderr.decode().strip().splitlines()[-1]


if __name__ == "__main__":
    main()
