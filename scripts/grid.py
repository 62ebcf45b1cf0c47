"""Predictions on a fixed grid, compared with the committed ones: what moved, and what went missing.

    python scripts/grid.py                 print the drift; exit code 1 when a figure that was there is gone
    python scripts/grid.py --write         take the present figures as the reference
    python scripts/grid.py --write PART    only those of one: sizes, accuracy, local_speed, serving_speed

A refit may move figures; a figure that turns into an error or a null is a defect.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from math import log
from pathlib import Path
from statistics import median
from typing import Any

from advisor.recommendation.batch import answer_case

REFERENCE = Path(__file__).parent.parent / "tests" / "golden" / "grid"
"""One file for each predictor: whoever refits one renews its own."""
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
SPEEDS = ("decode_tokens_per_s", "prefill_tokens_per_s", "throughput_tokens_per_s")
PARTS = {
    "sizes": ("weights_bytes", "memory_bytes"),
    "accuracy": ("retained_accuracy_pct", "perplexity_ratio", "kl_divergence"),
    "local_speed": SPEEDS,
    "serving_speed": SPEEDS,
}
FIGURES = tuple(dict.fromkeys(figure for figures in PARTS.values() for figure in figures))
Question = dict[str, Any]
"""A case as a batch has it."""
Answers = dict[str, dict[str, float | None]]
"""Case -> figure -> value."""
WORTH_NAMING = 0.01
"""Log change of a figure that is named; a smaller one is counted only."""


def cases() -> list[Question]:
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


def name(case: Question) -> str:
    """A case in one line."""
    load = case["workload"].get("concurrency", 1)
    return f"{case['hardware']} | {case['model']} | {case['scheme']} | {load}"


def figures(case: Question) -> dict[str, float | None]:
    """The values of one case; an error makes all of them None."""
    answer = answer_case(case)
    return {key: (answer.get(key) or {}).get("value") for key in FIGURES}


def predicts(part: str, case: Question) -> bool:
    """Whether *part* answers *case*: one predictor of speed is for engines that serve."""
    return PARTS[part] is not SPEEDS or ("engine" in case) == (part == "serving_speed")


def present() -> dict[str, Answers]:
    """Part -> case -> figure: what the grid answers now."""
    answered = [(case, figures(case)) for case in cases()]
    return {
        part: {
            name(case): {figure: values[figure] for figure in wanted}
            for case, values in answered
            if predicts(part, case)
        }
        for part, wanted in PARTS.items()
    }


def reference() -> dict[str, Answers]:
    """Part -> case -> figure, as committed."""
    return {part: json.loads((REFERENCE / f"{part}.json").read_text(encoding="utf-8")) for part in PARTS}


def compare(
    before: Answers, now: Answers
) -> tuple[list[str], dict[str, list[float]], list[tuple[float, str]]]:
    """What went missing, the log changes by figure, and the moved figures worth naming."""
    missing: list[str] = []
    changes: dict[str, list[float]] = {key: [] for key in FIGURES}
    moved: list[tuple[float, str]] = []
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


def write(parts: Sequence[str]) -> None:
    """Take the present figures of *parts* as the reference."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for part, found in present().items():
        if part in parts:
            text = json.dumps(found, indent=0, sort_keys=True)
            (REFERENCE / f"{part}.json").write_text(text + "\n", encoding="utf-8")


def report() -> int:
    """Print what moved of each part; 1 where a figure is gone."""
    gone = 0
    now = present()
    for part, before in reference().items():
        missing, changes, moved = compare(before, now[part])
        print(
            f"{part}: {len(before)} cases; figures moved by more than {WORTH_NAMING:.0%}: {len(moved)}; "
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
        gone += len(missing)
    return 1 if gone else 0


def main() -> int:
    """The command line."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", nargs="?", const="all", choices=("all", *PARTS), metavar="PART")
    part = parser.parse_args().write
    if part is None:
        return report()
    write(list(PARTS) if part == "all" else [part])
    return 0


if __name__ == "__main__":
    sys.exit(main())
