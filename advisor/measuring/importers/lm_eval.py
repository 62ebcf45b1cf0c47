"""lm-evaluation-harness results JSON (https://github.com/EleutherAI/lm-evaluation-harness)."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from advisor.data import folder
from advisor.measuring.importers._common import first_record, number, whole
from advisor.measuring.rows import Row

TITLE = "lm-evaluation-harness"
_PERCENT = {
    "acc",
    "acc_norm",
    "exact_match",
    "f1",
    "mc1",
    "mc2",
    "em",
    "prompt_level_strict_acc",
    "prompt_level_loose_acc",
    "inst_level_strict_acc",
    "inst_level_loose_acc",
}
_ENGINES = {
    "hf": "transformers",
    "vllm": "vllm",
    "gguf": "llama.cpp",
    "ggml": "llama.cpp",
    "sglang": "sglang",
}


def recognise(text: str) -> bool:
    """Whether it has results by task and the harness's configuration."""
    record = first_record(text)
    return isinstance(record.get("results"), dict) and (
        "versions" in record or "n-shot" in record or "configs" in record
    )


def read(text: str) -> list[Row]:
    """One row per task and metric; members of a group are left to the group."""
    record = json.loads(text)
    config = record.get("config") or {}
    members = {name for listed in (record.get("group_subtasks") or {}).values() for name in listed}
    rows = []
    for task, scores in record["results"].items():
        if task in members or not isinstance(scores, dict):
            continue
        for key, value in scores.items():
            if row := _row(record, config, task, key, value, scores):
                rows.append(row)
    return rows


def _row(
    record: dict[str, Any], config: dict[str, Any], task: str, key: str, value: Any, scores: dict[str, Any]
) -> Row | None:
    name, _, way = key.partition(",")
    score = number(value) if not isinstance(value, str) else None
    metric = _metric(name)
    if score is None or metric is None:
        return None
    error = number(scores.get(f"{name}_stderr,{way}" if way else f"{name}_stderr"))
    scale = 100.0 if metric.endswith("_pct") and score <= 1 else 1.0
    samples = ((record.get("n-samples") or {}).get(task) or {}).get("effective")
    shots = (record.get("n-shot") or {}).get(task)
    return Row(
        kind="accuracy",
        metric=metric,
        value=score * scale,
        sd=None if error is None else error * scale,
        n=whole(samples) or 1,
        model=_model(record, config),
        engine=_ENGINES.get(str(config.get("model")), ""),
        dataset=task,
        task="language-modelling" if metric == "ppl" else category(task),
        flags="word_ppl" if name == "word_perplexity" else "",
        measured_at=_date(record.get("date")),
        tool="lm-evaluation-harness",
        tool_version=str(record.get("lm_eval_version") or record.get("git_hash") or ""),
        facts={"harness_metric": key, "n_shot": shots, "chat_template": bool(record.get("chat_template"))},
    )


def _metric(name: str) -> str | None:
    if name in _PERCENT:
        return "accuracy_pct"
    if name.startswith("pass@1") or name == "pass_at_1":
        return "pass1_pct"
    return "ppl" if name in ("word_perplexity", "perplexity") else None


def _model(record: dict[str, Any], config: dict[str, Any]) -> str:
    arguments = config.get("model_args") or ""
    if isinstance(arguments, dict):
        return str(arguments.get("pretrained") or arguments.get("model") or record.get("model_name") or "")
    found = re.search(r"(?:pretrained|model)=([^,]+)", str(arguments))
    return found[1] if found else str(record.get("model_name") or "")


def _date(value: Any) -> str:
    from datetime import UTC, datetime

    seconds = number(value)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""


def category(task: str) -> str:
    """The task category of a benchmark by profiles/benchmarks.csv, the longest name that begins the task's;
    '' if none."""
    key = re.sub(r"[^a-z0-9]", "", task.lower())
    fits = [name for name in _categories() if key.startswith(name)]
    return _categories()[max(fits, key=len)] if fits else ""


@cache
def _categories() -> dict[str, str]:
    import csv

    with (folder("profiles") / "benchmarks.csv").open(encoding="utf-8", newline="") as file:
        return {
            re.sub(r"[^a-z0-9]", "", row["benchmark"].lower()): row["category"]
            for row in csv.DictReader(file)
        }
