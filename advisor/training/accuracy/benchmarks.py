"""Benchmarks: how many questions each has (its sampling error) and what guessing scores.

Sizes are those of the evaluated split as each data set's own card states them on Hugging Face
(https://huggingface.co/datasets/<id>, the id beside each row); chance is 1 / number of choices, or 0 for
free answers. Multi-task averages add up their members.
"""

from __future__ import annotations

import math

BENCHMARKS: dict[str, tuple[int, float, str]] = {
    "mmlu-pro": (12032, 0.10, "TIGER-Lab/MMLU-Pro"),
    "mmlu-redux": (5700, 0.25, "edinburgh-dawg/mmlu-redux-2.0"),
    "mmlu (50% sample)": (7021, 0.25, "cais/mmlu"),
    "mmlu": (14042, 0.25, "cais/mmlu"),
    "cmmlu": (11582, 0.25, "haonan-li/cmmlu"),
    "c-eval": (1346, 0.25, "ceval/ceval-exam"),
    "gpqa-diamond": (198, 0.25, "Idavidrein/gpqa"),
    "gpqa": (448, 0.25, "Idavidrein/gpqa"),
    "arc-challenge": (1172, 0.25, "allenai/ai2_arc"),
    "arc-easy": (2376, 0.25, "allenai/ai2_arc"),
    "hellaswag (400": (400, 0.25, "Rowan/hellaswag"),
    "hellaswag": (10042, 0.25, "Rowan/hellaswag"),
    "winogrande (400": (400, 0.5, "allenai/winogrande"),
    "winogrande": (1267, 0.5, "allenai/winogrande"),
    "piqa": (1838, 0.5, "ybisk/piqa"),
    "boolq": (3270, 0.5, "google/boolq"),
    "openbookqa": (500, 0.25, "allenai/openbookqa"),
    "rte": (277, 0.5, "nyu-mll/glue"),
    "strategyqa": (2290, 0.5, "ChilleD/StrategyQA"),
    "bbh": (6511, 0.25, "lukaemon/bbh"),
    "drop": (9536, 0.0, "ucinlp/drop"),
    "musr": (756, 0.40, "TAUR-Lab/MuSR"),
    "truthfulqa-mc1": (817, 0.22, "truthfulqa/truthful_qa"),
    "truthfulqa-mc2": (817, 0.40, "truthfulqa/truthful_qa"),
    "lambada": (5153, 0.0, "EleutherAI/lambada_openai"),
    "gsm8k": (1319, 0.0, "openai/gsm8k"),
    "math-500": (500, 0.0, "HuggingFaceH4/MATH-500"),
    "math-lvl": (1324, 0.0, "lighteval/MATH-Hard"),
    "aime-120": (120, 0.0, "AI-MO/aimo-validation-aime"),
    "aime": (30, 0.0, "AI-MO/aimo-validation-aime"),
    "olympiadbench": (675, 0.0, "Hothan/OlympiadBench"),
    "humaneval": (164, 0.0, "openai/openai_humaneval"),
    "mbpp": (378, 0.0, "evalplus/mbppplus"),
    "livecodebench": (268, 0.0, "livecodebench/code_generation_lite"),
    "aider polyglot": (225, 0.0, "Aider-AI/polyglot-benchmark on GitHub"),
    "ifeval inst": (834, 0.0, "google/IFEval"),
    "ifeval-inst": (834, 0.0, "google/IFEval"),
    "ifeval": (541, 0.0, "google/IFEval"),
    "mt-bench": (80, 0.0, "HuggingFaceH4/mt_bench_prompts"),
    "arena-hard": (500, 0.0, "lmarena-ai/arena-hard-auto"),
    "simpleqa": (4326, 0.0, "basicv8vc/SimpleQA"),
    "mgsm": (2500, 0.0, "juletxara/mgsm"),
    "longbench-average": (3750, 0.0, "THUDM/LongBench"),
    "longbench": (200, 0.0, "THUDM/LongBench"),
    "longeval": (50, 0.0, "DachengLi1/LongChat on GitHub"),
    "lostinthemiddle": (500, 0.0, "nelson-liu/lost-in-the-middle on GitHub"),
    "ruler-131072 average": (6500, 0.0, "NVIDIA/RULER on GitHub"),
    "ruler-131072": (500, 0.0, "NVIDIA/RULER on GitHub"),
    "ruler": (6500, 0.0, "NVIDIA/RULER on GitHub"),
    "average-openllm": (28000, 0.30, "open-llm-leaderboard/contents"),
    "openllm": (28000, 0.30, "open-llm-leaderboard/contents"),
    "average": (15000, 0.35, "lm-evaluation-harness task lists"),
    "qa-average": (15000, 0.40, "lm-evaluation-harness task lists"),
}
_DEFAULT = (500, 0.0, "no card found: the middle of those above")


def benchmark(dataset: str) -> tuple[int, float]:
    """(questions, chance as a share) of the benchmark *dataset* names; the longest name that matches wins."""
    low = dataset.lower()
    names = [name for name in BENCHMARKS if low.startswith(name)]
    size, chance, _ = BENCHMARKS[max(names, key=len)] if names else _DEFAULT
    return size, chance


def binomial_error(share: float, questions: int) -> float:
    """Standard error, in score points of 100, of a run of *questions*, right with chance *share*."""
    share = min(max(share, 0.02), 0.98)
    return 100.0 * math.sqrt(share * (1.0 - share) / questions)
