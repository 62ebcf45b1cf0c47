"""One measurement as the store keeps it, as importers read it, and as `export` writes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from typing import Any

KINDS = ("speed", "serving", "accuracy", "bandwidth")
"""speed: one request on a local engine; serving: an engine that batches; accuracy: damage or a benchmark's
score; bandwidth: bytes per second read from memory."""


@dataclass(slots=True, kw_only=True)
class Row:
    """A figure, what it was measured on, and where it comes from. Unknown is None or ''."""

    kind: str
    metric: str
    """speed: tokens_per_s. serving: output_tokens_per_s, total_tokens_per_s, requests_per_s, ttft_s,
    tpot_s, itl_s, request_latency_s. accuracy: ppl, ppl_ratio, kld_mean, top1_agreement_pct … or a score
    named by its benchmark.
    bandwidth: bytes_per_s."""
    value: float
    sd: float | None = None
    """Standard deviation of the repetitions, or standard error of a score; same unit as the value."""
    n: int = 1
    """Repetitions, requests or tokens behind the value."""
    phase: str = ""
    """prefill, decode, mixed (prompt and answer together), serving; '' elsewhere."""
    model: str = ""
    scheme: str = ""
    engine: str = ""
    backend: str = ""
    """cuda, rocm, vulkan, metal, sycl, opencl, cpu."""
    hardware: str = ""
    """What people call the machine."""
    host: str = ""
    """Fingerprint of the machine, see `advisor.measuring.fingerprint.fingerprint`."""
    dataset: str = ""
    """accuracy: benchmark or text."""
    task: str = ""
    """accuracy: task category."""
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    depth: int | None = None
    """Tokens in the cache before the test."""
    concurrency: int | None = None
    gpu_layers: int | None = None
    threads: int | None = None
    kv_type: str = ""
    flags: str = ""
    """Doubts, joined by ';': busy, hot, synthetic, scaled_layers …"""
    measured_at: str = ""
    """ISO 8601, UTC."""
    tool: str = ""
    tool_version: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    """Whatever else the tool said: file name, sizes, batch, samples; `model_profile` for a model of no
    catalogue."""

    def key(self, nth: int = 0) -> str:
        """What makes the row itself: all it says, and which of several equal rows of one file it is."""
        said = [f"{self.value:.6g}" if name == "value" else getattr(self, name) for name in _IDENTITY]
        text = json.dumps([*said, nth], separators=(",", ":"), ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


COLUMNS = tuple(f.name for f in fields(Row))
"""In the order of export."""
_IDENTITY = tuple(
    name for name in COLUMNS if name not in ("facts", "flags", "n", "sd", "hardware", "tool_version")
)
"""llama-bench's CSV and JSON of one run say the same but for the samples: they are one measurement."""
COUNTS = ("prompt_tokens", "output_tokens", "depth", "concurrency", "gpu_layers", "threads", "n")
TEXTS = tuple(name for name in COLUMNS if name not in (*COUNTS, "value", "sd", "facts"))


def plain_row(row: Row) -> dict[str, Any]:
    """The row as JSON values, every column present."""
    return {name: getattr(row, name) for name in COLUMNS}


def of_plain(value: dict[str, Any]) -> Row:
    """The reverse of `plain_row`; also takes text cells, '' for unknown. Raises ValueError, TypeError."""
    known: dict[str, Any] = {}
    for name in COLUMNS:
        cell = value.get(name)
        if cell is None or cell == "":
            continue
        if name in ("value", "sd"):
            known[name] = _number(name, cell)
        elif name in COUNTS:
            known[name] = _whole(name, cell)
        elif name == "facts":
            known[name] = json.loads(cell) if isinstance(cell, str) else dict(cell)
        else:
            known[name] = str(cell)
    row = Row(**known)
    if row.kind not in KINDS:
        raise ValueError(f"{row.kind!r} is none of {', '.join(KINDS)}")
    return row


def _number(name: str, cell: Any) -> float:
    try:
        return float(cell)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"{name} is {str(cell)[:40]!a}, which is no number to keep") from None


def _whole(name: str, cell: Any) -> int:
    found = _number(name, cell)
    if not found.is_integer():  # nor are infinity and NaN
        raise ValueError(f"{name} is {str(cell)[:40]!a}, which is no whole number")
    return int(found)
