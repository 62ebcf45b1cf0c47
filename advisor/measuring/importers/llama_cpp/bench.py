"""llama-bench -o json, jsonl, csv and sql
(https://github.com/ggml-org/llama.cpp/tree/master/tools/llama-bench)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from advisor.measuring.importers._common import backend_of, first_record, json_records, number, whole
from advisor.measuring.rows import Row

TITLE = "llama-bench (json, jsonl, csv, sql)"
_MARKS = {"model_filename", "n_prompt", "n_gen", "avg_ts"}
_INSERT = re.compile(r"INSERT INTO \w+\s*\(([^)]*)\)\s*VALUES\s*\((.*?)\);\s*$", re.MULTILINE | re.DOTALL)
_SQL_VALUE = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|([^,\s][^,]*)")


def recognise(text: str) -> bool:
    """Whether the columns are llama-bench's."""
    if text.lstrip().startswith(("{", "[")):
        return set(first_record(text)) >= _MARKS
    head = text[:4000]
    return all(mark in head for mark in _MARKS) and ("INSERT INTO" in text or "," in head)


def read(text: str) -> list[Row]:
    """One row per test; a test that reads a prompt and answers (`-pg`) has phase mixed."""
    return [row for record in _records(text) for row in _rows(record)]


def _records(text: str) -> Iterator[dict[str, Any]]:
    if text.lstrip().startswith(("{", "[")):
        yield from json_records(text)
    elif "INSERT INTO" in text:
        for match in _INSERT.finditer(text):
            names = [name.strip().strip('"') for name in match[1].split(",")]
            values = [
                a.replace("''", "'") or b.replace('""', '"') or c.strip()
                for a, b, c in _SQL_VALUE.findall(match[2])
            ]
            if len(names) == len(values):
                yield dict(zip(names, values, strict=True))
    else:
        # Whatever the tool printed before the header is no part of the table.
        start = text.find("build_commit")
        yield from csv.DictReader(io.StringIO(text[text.rfind("\n", 0, max(start, 0)) + 1 :]))


def _rows(record: dict[str, Any]) -> Iterator[Row]:
    value = number(record.get("avg_ts"))
    prompt, answer = whole(record.get("n_prompt")) or 0, whole(record.get("n_gen")) or 0
    if not value or not (prompt or answer):
        return
    samples = record.get("samples_ts")
    build = record.get("build_number")
    yield Row(
        kind="speed",
        metric="tokens_per_s",
        value=value,
        sd=number(record.get("stddev_ts")),
        n=len(samples) if isinstance(samples, list) and samples else 1,
        phase="mixed" if prompt and answer else "prefill" if prompt else "decode",
        model=str(record.get("model_filename") or ""),
        engine="llama.cpp",
        backend=backend_of(str(record.get("backends") or "")),
        prompt_tokens=prompt or None,
        output_tokens=answer or None,
        depth=whole(record.get("n_depth")) or 0,
        concurrency=1,
        gpu_layers=whole(record.get("n_gpu_layers")),
        threads=whole(record.get("n_threads")),
        kv_type=str(record.get("type_k") or ""),
        measured_at=str(record.get("test_time") or ""),
        tool="llama-bench",
        tool_version=f"b{build} ({record.get('build_commit')})" if build else "",
        facts=_facts(record, samples),
    )


def _facts(record: dict[str, Any], samples: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "cpu": str(record.get("cpu_info") or "").strip(),
        "gpu": str(record.get("gpu_info") or "").strip(),
        "model_type": str(record.get("model_type") or ""),
        "n_params": whole(record.get("model_n_params")),
        "model_bytes": whole(record.get("model_size")),
        "n_batch": whole(record.get("n_batch")),
        "n_ubatch": whole(record.get("n_ubatch")),
        "split_mode": record.get("split_mode"),
        "type_v": record.get("type_v"),
        "flash_attn": _flash(record.get("flash_attn")),
        "n_cpu_moe": whole(record.get("n_cpu_moe")),
    }
    if isinstance(samples, list):
        facts["samples"] = samples
    return {name: value for name, value in facts.items() if value not in (None, "")}


def _flash(value: Any) -> int | None:
    """1 on, 0 off; None when the engine chose."""
    text = str(value).lower()
    return 1 if text in ("1", "true", "on") else 0 if text in ("0", "false", "off") else None
