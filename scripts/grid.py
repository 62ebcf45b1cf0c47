"""Predictions on a fixed grid, compared with the committed ones: what moved, and what went missing.

    python scripts/grid.py            print the drift; exit code 1 when a figure that was there is gone
    python scripts/grid.py --write    take the present figures as the reference

A refit may move figures; a figure that turns into an error or a null is a defect.
"""

from __future__ import annotations

import json
import sys
from math import log
from pathlib import Path
from statistics import median

from advisor.recommendation.batch import answer_case

REFERENCE = Path(__file__).parent.parent / "tests" / "golden" / "grid.json"
LOCAL = (
    "RTX 4090",
    "RTX 3060 12GB",
    "RX 7900 XTX",
    "M3 Max 64GB",
    "Ryzen AI Max+ 395 128GB",
    "Ryzen 9 7950X 64GB",
    "Raspberry Pi 5 8GB",
)
SERVED = ("2x A100 SXM4 80GB", "H100 SXM5 80GB", "RTX 4090", "B200")
MODELS = ("Llama-3.1-8B", "Qwen3-30B-A3B", "gemma-3-4b", "Qwen2.5-0.5B")
GGUF = ("Q8_0", "Q4_K_M", "IQ3_XXS", "Q2_K")
CHECKPOINTS = ("BF16", "W8A8-INT", "W4A16-INT-gptq-g128", "W8A8-FP-dynamic")
FIGURES = (
    "weights_bytes",
    "memory_bytes",
    "decode_tokens_per_s",
    "prefill_tokens_per_s",
    "throughput_tokens_per_s",
    "retained_accuracy_pct",
    "perplexity_ratio",
    "kl_divergence",
)
WORTH_NAMING = 0.01
"""Log change of a figure that is named; a smaller one is counted only."""


def cases() -> list[dict]:
    """The grid: local machines x GGUF schemes, servers x checkpoints at one and 32 requests."""
    found = [
        {
            "hardware": machine,
            "model": model,
            "scheme": scheme,
            "task": "math",
            "imatrix": True,
            "workload": {"prompt_tokens": 512, "output_tokens": 128},
        }
        for machine in LOCAL
        for model in MODELS
        for scheme in GGUF
    ]
    found += [
        {
            "hardware": machine,
            "model": model,
            "scheme": scheme,
            "engine": "vllm",
            "task": "knowledge",
            "workload": {"prompt_tokens": 1024, "output_tokens": 256, "concurrency": requests},
        }
        for machine in SERVED
        for model in MODELS[:2]
        for scheme in CHECKPOINTS
        for requests in (1, 32)
    ]
    return found


def name(case: dict) -> str:
    """A case in one line."""
    load = case["workload"].get("concurrency", 1)
    return f"{case['hardware']} | {case['model']} | {case['scheme']} | {load}"


def figures(case: dict) -> dict[str, float | None]:
    """The values of one case; an error makes all of them None."""
    answer = answer_case(case)
    return {key: (answer.get(key) or {}).get("value") for key in FIGURES}


def compare(before: dict, now: dict) -> tuple[list[str], dict[str, list[float]], list[tuple[float, str]]]:
    """What went missing, the log changes by figure, and the moved figures worth naming."""
    missing, changes, moved = [], {key: [] for key in FIGURES}, []
    for case, old in before.items():
        for key, value in old.items():
            new = now.get(case, {}).get(key)
            if value is not None and new is None:
                missing.append(f"{case}: {key}")
            elif value and new:
                change = log(new / value)
                changes[key].append(change)
                if abs(change) > WORTH_NAMING:
                    moved.append((abs(change), f"{case}: {key} {value:g} -> {new:g}"))
    return missing, changes, sorted(moved, reverse=True)


def main(write: bool) -> int:
    """Print the comparison, or write the reference."""
    now = {name(case): figures(case) for case in cases()}
    if write:
        REFERENCE.parent.mkdir(parents=True, exist_ok=True)
        REFERENCE.write_text(json.dumps(now, indent=0, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    missing, changes, moved = compare(json.loads(REFERENCE.read_text(encoding="utf-8")), now)
    print(
        f"{len(now)} cases; figures moved by more than {WORTH_NAMING:.0%}: {len(moved)}; "
        f"missing: {len(missing)}"
    )
    for key, values in changes.items():
        if values:
            print(
                f"  {key:<26} median change {100 * median(values):+.2f} %, "
                f"largest {100 * max(values, key=abs):+.1f} %"
            )
    for _, line in moved[:10]:
        print(f"  moved   {line}")
    for line in missing:
        print(f"  MISSING {line}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv))
