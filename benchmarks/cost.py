"""What an answer costs: processor time and memory of whole processes, as a table; nothing here is asserted.

python benchmarks/cost.py [RUNS]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CASES = 1000
RECOMMEND = ("recommend", "--json", "--model", "Llama-3.1-8B", "--hardware", "RTX 4090")


def main(runs: int) -> None:
    """Print each figure: minimum, median and maximum of *runs* runs after one that is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        batch = Path(folder) / "cases.jsonl"
        batch.write_text("\n".join(json.dumps(case) for case in cases()) + "\n")
        commands = {
            "python -c pass": ("-c", "pass"),
            "recommend --json --model --hardware": ("-m", "advisor", *RECOMMEND),
            "recommend --json --hardware (every family)": (
                "-m",
                "advisor",
                "recommend",
                "--json",
                "--hardware",
                "RTX 4090",
            ),
            "recommend --json --model (probe included)": (
                "-m",
                "advisor",
                "recommend",
                "--json",
                "--model",
                "Llama-3.1-8B",
            ),
            "recommend --json (every family, probe included)": ("-m", "advisor", "recommend", "--json"),
            "tradeoffs --json": ("-m", "advisor", "tradeoffs", *RECOMMEND[1:]),
            "recommend --json --min-speed 900 (nothing fits)": (
                "-m",
                "advisor",
                *RECOMMEND,
                "--min-speed",
                "900",
            ),
            "hardware --model (every instance)": ("-m", "advisor", "hardware", "--model", "Llama-3.1-8B"),
            "hardware --users 50 --max-loss 2% --max-ttft 2s": (
                "-m",
                "advisor",
                "hardware",
                *("--model", "Qwen3-32B", "--users", "50", "--max-loss", "2%", "--max-ttft", "2s"),
            ),
            "hardware --min-speed 900 (nothing fits)": (
                "-m",
                "advisor",
                "hardware",
                *("--model", "Llama-3.1-70B", "--min-speed", "900"),
            ),
            f"predict --batch, {CASES} cases": ("-m", "advisor", "predict", "--batch", str(batch)),
        }
        print(f"{'command':<50} {'min s':>8} {'median s':>9} {'max s':>8} {'peak MB':>8}")
        base = None
        for name, arguments in commands.items():
            times, peaks = zip(*(once(arguments) for _ in range(runs + 1)), strict=True)
            times = times[1:]
            median = statistics.median(times)
            base = base or median
            print(
                f"{name:<50} {min(times):8.3f} {median:9.3f} {max(times):8.3f} {max(peaks) / 1e6:8.1f}   "
                f"{median / base:5.1f} x bare"
            )


def cases() -> list[dict[str, Any]]:
    """A spread of machines, models, schemes and loads."""
    machines = (
        "RTX 4090",
        "RTX 3060",
        "2x A100 80GB",
        "M3 Max 64GB",
        "EPYC 9654 384GB",
        "RX 7900 XTX",
        "Ryzen AI Max+ 395",
    )
    models = (
        "Llama-3.1-8B",
        "Qwen3-30B-A3B",
        "Qwen2.5-7B",
        "gemma-3-12b",
        "Mistral-7B",
        "Llama-3.1-70B",
        "gpt-oss-20b",
    )
    schemes = (
        "Q4_K_M",
        "Q8_0",
        "IQ3_XXS",
        "W4A16-INT-gptq-g128",
        "W8A8-INT",
        "F16",
        "Q6_K",
        "Q2_K",
        "Q5_K_S",
    )
    return [
        {
            "id": index,
            "hardware": machines[index % len(machines)],
            "model": models[index // 7 % len(models)],
            "scheme": schemes[index // 49 % len(schemes)],
            "task": ("math", "chat", "code")[index % 3],
            "workload": {
                "prompt_tokens": 512 + index % 5 * 100,
                "output_tokens": 128,
                "concurrency": 1 + index % 4,
            },
        }
        for index in range(CASES)
    ]


def once(arguments: tuple[str, ...]) -> tuple[float, int]:
    """Processor seconds (user and system, so that company on the machine counts less) and peak resident bytes
    of one process.
    """
    child = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(child.pid, 0)
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes on macOS, in KiB elsewhere
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
