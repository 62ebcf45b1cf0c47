"""llama-batched-bench (table and jsonl), and ik_llama.cpp's llama-sweep-bench table.

https://github.com/ggml-org/llama.cpp/tree/master/tools/batched-bench
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from advisor.measuring.importers._common import (
    devices_in_log,
    gguf_in_log,
    json_records,
    markdown_tables,
    number,
    whole,
)
from advisor.measuring.rows import Row

TITLE = "llama-batched-bench, llama-sweep-bench"
_TABLE = re.compile(r"^\|\s*PP\s*\|\s*TG\s*\|(?:\s*B\s*\|)?\s*N_KV\s*\|", re.MULTILINE)


def recognise(text: str) -> bool:
    """Whether the table's head or a JSON line of it is there."""
    return bool(_TABLE.search(text)) or ('"speed_pp"' in text and '"speed_tg"' in text)


def read(text: str) -> list[Row]:
    """Prefill and decode per line. With B requests at once the decode speed is of all of them together."""
    settings = re.search(r"n_gpu_layers\s*=\s*(-?\d+).*?n_threads\s*=\s*(\d+)", text)
    flash = re.search(r"flash_attn\s*=\s*(\d)", text)
    common = {
        "kind": "speed",
        "metric": "tokens_per_s",
        "model": gguf_in_log(text),
        "engine": "llama.cpp",
        "gpu_layers": int(settings[1]) if settings else None,
        "threads": int(settings[2]) if settings else None,
    }
    facts: dict[str, Any] = devices_in_log(text)
    if flash:
        facts["flash_attn"] = int(flash[1])
    return [row for line in _lines(text) for row in _rows(line, common, facts)]


def _lines(text: str) -> Iterator[dict[str, Any]]:
    for table in markdown_tables(text):
        if "S_PP t/s" in table[0]:
            for row in table:
                yield {
                    "pp": row["PP"],
                    "tg": row["TG"],
                    "pl": row.get("B", 1),
                    "speed_pp": row["S_PP t/s"],
                    "speed_tg": row["S_TG t/s"],
                    "depth": 0 if "B" in row else row["N_KV"],
                    "tool": "llama-batched-bench" if "B" in row else "llama-sweep-bench",
                }
    for line in text.splitlines():
        if '"speed_pp"' in line:
            yield from json_records(line.strip())


def _rows(line: dict[str, Any], common: dict[str, Any], facts: dict[str, Any]) -> Iterator[Row]:
    prompt, answer, parallel = whole(line.get("pp")), whole(line.get("tg")), whole(line.get("pl")) or 1
    depth = whole(line.get("depth")) or 0
    tool = str(line.get("tool") or "llama-batched-bench")
    settings = {"gpu_layers": whole(line.get("n_gpu_layers")), "threads": whole(line.get("n_threads"))}
    shared = {**common, **{name: value for name, value in settings.items() if value is not None}}
    flags = "aggregate_rate" if parallel > 1 else ""
    # An answer begins after the prompt, except where the sweep writes beside it at the same depth.
    begins = depth if tool == "llama-sweep-bench" else depth + (prompt or 0)
    for phase, key, at in (("prefill", "speed_pp", depth), ("decode", "speed_tg", begins)):
        value = number(line.get(key))
        if value:
            yield Row(
                **shared,
                phase=phase,
                value=value,
                prompt_tokens=prompt,
                output_tokens=answer,
                depth=at,
                concurrency=parallel,
                flags=flags,
                tool=tool,
                facts=dict(facts),
            )
