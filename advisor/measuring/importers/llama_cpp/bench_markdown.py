"""llama-bench's Markdown table, its default output and what people paste."""

from __future__ import annotations

import re

from advisor.measuring.importers._common import backend_of, devices_in_log, markdown_tables, number, whole
from advisor.measuring.rows import Row

TITLE = "llama-bench (Markdown)"
_UNITS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "MiB": 2**20, "GiB": 2**30, "KiB": 2**10, "TiB": 2**40}
_TEST = re.compile(r"(?:pp\s*(\d+))?\s*\+?\s*(?:tg\s*(\d+))?(?:\s*@\s*d\s*(\d+))?")


def recognise(text: str) -> bool:
    """Whether a table has a test and a t/s column, and none of the times that llama-benchy adds."""
    return bool(re.search(r"^\s*\|\s*model\s*\|(?!.*\bttfr\b).*\btest\s*\|.*t/s", text, re.MULTILINE))


def read(text: str) -> list[Row]:
    """One row per line; the machine only when the log above the table lists GPUs."""
    build = re.search(r"^build: (\w+) \((\d+)\)", text, re.MULTILINE)
    version = f"b{build[2]} ({build[1]})" if build else ""
    devices = devices_in_log(text)
    rows = []
    for table in markdown_tables(text):
        if "t/s" in table[0] and "test" in table[0]:
            rows += [row for line in table if (row := _row(line, version, devices))]
    return rows


def _row(line: dict[str, str], version: str, devices: dict[str, str]) -> Row | None:
    test = _TEST.fullmatch(line["test"])
    speed = re.match(r"([\d.]+)(?:\s*±\s*([\d.]+))?", line["t/s"])
    if not test or not speed or not (test[1] or test[2]):
        return None
    size, params = _amount(line.get("size", "")), _amount(line.get("params", ""))
    facts = {
        "model_type": line["model"],
        "n_params": params and round(params),
        "model_bytes": size and round(size),
        "n_ubatch": whole(line.get("n_ubatch")),
        "flash_attn": whole(line.get("fa")),
        **devices,
    }
    return Row(
        kind="speed",
        metric="tokens_per_s",
        value=float(speed[1]),
        sd=number(speed[2]),
        phase="mixed" if test[1] and test[2] else "prefill" if test[1] else "decode",
        model=line["model"],
        engine="llama.cpp",
        backend=backend_of(line.get("backend", "")),
        prompt_tokens=whole(test[1]),
        output_tokens=whole(test[2]),
        depth=whole(test[3]) or 0,
        concurrency=1,
        gpu_layers=whole(line.get("ngl")),
        threads=whole(line.get("threads")),
        kv_type=line.get("type_k", ""),
        tool="llama-bench",
        tool_version=version,
        facts={name: value for name, value in facts.items() if value is not None},
    )


def _amount(text: str) -> float | None:
    found = re.fullmatch(r"([\d.]+)\s*([KMGT]?i?B|[KMBT])", text)
    return float(found[1]) * _UNITS[found[2]] if found and found[2] in _UNITS else None
