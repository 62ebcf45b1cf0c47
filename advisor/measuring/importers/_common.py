"""What several readers share."""

from __future__ import annotations

import json
import re
from typing import Any

BACKENDS = (
    ("cuda", "cuda"),
    ("rocm", "rocm"),
    ("hip", "rocm"),
    ("metal", "metal"),
    ("mtl", "metal"),
    ("vulkan", "vulkan"),
    ("sycl", "sycl"),
    ("opencl", "opencl"),
    ("musa", "musa"),
    ("cann", "cann"),
    ("cpu", "cpu"),
    ("blas", "cpu"),
)
"""Words in llama.cpp's backend lists, the accelerator first: 'Metal,BLAS' runs on Metal."""


def backend_of(text: str) -> str:
    """Our name of the backend in a list like 'CUDA' or 'Metal,BLAS'; '' when there is none."""
    low = text.lower()
    return next((ours for word, ours in BACKENDS if word in low), "")


def json_records(text: str) -> list[dict[str, Any]]:
    """The objects of a JSON array, of one object, or of JSON lines; [] when the text is none of these."""
    start = text.lstrip()[:1]
    if start not in ("[", "{"):
        return []
    try:
        value = json.loads(text)
    except RecursionError:
        return []
    except ValueError:
        return _json_lines(text)
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]


def _json_lines(text: str) -> list[dict[str, Any]]:
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return []
        if not isinstance(value, dict):
            return []
        found.append(value)
    return found


def first_record(text: str) -> dict[str, Any]:
    """The first object without reading the rest where lines allow it; {} when there is none."""
    head = text.lstrip()
    if head.startswith("{"):
        line = head.split("\n", 1)[0]
        try:
            value = json.loads(line)
            return value if isinstance(value, dict) else {}
        except (ValueError, RecursionError):
            pass
    elif not head.startswith("["):
        return {}
    records = json_records(text)
    return records[0] if records else {}


def number(value: Any) -> float | None:
    """A finite float, or None."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if found == found and abs(found) != float("inf") else None


def whole(value: Any) -> int | None:
    """An int, or None."""
    found = number(value)
    return None if found is None else int(found)


def markdown_tables(text: str) -> list[list[dict[str, str]]]:
    """Tables of lines like `| a | b |`: header -> cell, both stripped."""
    tables: list[list[dict[str, str]]] = []
    header: list[str] = []
    for line in [*text.splitlines(), ""]:
        if not line.lstrip().startswith("|"):
            header = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if all(re.fullmatch(r"[\s:-]+", cell or "-") for cell in cells):
            continue
        if not header:
            header = cells
            tables.append([])
        elif len(cells) == len(header):
            tables[-1].append(dict(zip(header, cells, strict=True)))
    return [table for table in tables if table]


def gguf_in_log(text: str) -> str:
    """The model file a llama.cpp log says it loaded; '' when it does not."""
    found = re.search(r"loaded meta data with .*? from (.+?\.gguf)", text)
    return found[1] if found else ""


def devices_in_log(text: str) -> dict[str, str]:
    """GPUs that a llama.cpp log lists, as facts."""
    names = re.findall(r"^\s*Device \d+: (.+?), compute capability", text, re.MULTILINE)
    names = names or re.findall(r"^ggml_vulkan: \d+ = (.+?) \(", text, re.MULTILINE)
    names = names or re.findall(r"GPU name:\s+(Apple .+)", text)[:1]
    return {"gpu": ", ".join(names)} if names else {}
