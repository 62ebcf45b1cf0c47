"""What each figure of the serving tables means, read from its columns, or a reason to leave it out.

Every source is read by the same rule. The unit and the kind of figure say what was timed; the flags say what
a rate counts; concurrency and the way requests were handed over say how many were in flight. What a source
does otherwise stands in `SLOTS` and `HEARSAY` as data, with its reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from math import inf, isnan
from typing import Literal

import pandas as pd

from advisor.engines import facts
from advisor.training.data.clean import left_out
from advisor.training.data.tables import Record, records

Metric = Literal["tpot", "ttft", "service", "flow", "step", "prompt"]
"""tpot: per output token of one request; ttft; service: first to last token of one request; flow: seconds per
output token of all requests together; step: a step that only writes; prompt: a prompt alone."""

ROUNDED_BELOW = {"req/s": 0.25}
"""Unit -> figures below this are left out: sources print one digit, and 0.1 or 0.2 tell too little."""

VERSIONS = {"argonne-llm-inf-bench": "0.6"}
"""Sources that state no engine version, with the one current when they measured (autumn 2024)."""
DIGITS = 5
"""Two runs may well agree in this many digits of a figure; in more they are one run told twice."""
UNSEEN_PROMPT = 0.01
"""Where prompts are no longer than this share of the answers, a rate is the same with and without them."""


RUN = (
    *("publisher", "hardware", "devices", "engine", "version", "model", "prompt", "output", "batch"),
    *("protocol", "kv_type", "most", "eager", "stages", "cache_devices"),
)
"""Fields of a row that its run sets: two rows of one run differ in the scheme or the figure only."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure with one meaning. Tokens are per request, times seconds."""

    source: str
    hardware: str
    devices: int
    engine: str
    version: str
    model: str
    scheme: str
    metric: Metric
    prompt: float
    output: float
    batch: float
    """Requests offered at once, infinite when all are queued; memory may hold fewer."""
    seconds: float
    kv_type: str
    publisher: str
    """Who measured: rows of one publisher share a set-up and its offsets."""
    protocol: str
    """How the benchmark handed requests over; '' when a fixed number was kept in flight."""
    most: float = 0.0
    """The engine's limit of requests in flight where the run states it, else 0."""
    eager: bool = False
    stages: int = 1
    """Pipeline stages among the devices."""
    cache_devices: int = 1
    """Devices the context is divided over (decode context parallelism)."""
    n: float = 1.0
    writing_s: float = field(default=inf, compare=False)
    """Of a time to first token: what an answer of the run took, infinite when it does not say."""

    def run(self, but: str = "") -> tuple[object, ...]:
        """The run the figure belongs to; without the field *but*, whatever that is."""
        return tuple(getattr(self, name) for name in RUN if name != but)


class Undecodable(Exception):
    """The figure cannot be used; the text says why."""


def decode(table: pd.DataFrame) -> tuple[list[Row], dict[str, int]]:
    """(rows, reason -> number of figures left out) of the speed_serving frame."""
    rows: dict[Row, Row] = {}
    read = 0
    reasons: Counter[str] = Counter()
    for raw in records(table):
        try:
            found = decode_one(raw)
        except Undecodable as why:
            reasons[str(why)] += 1
            continue
        read += len(found)
        rows.update((_said(row, raw), row) for row in found)
    if len(rows) < read:
        reasons["the same figure of the same run again"] = read - len(rows)
    return list(rows.values()), dict(reasons)


def _said(row: Row, raw: Record) -> Row:
    """What two lines that tell of one run agree on: a figure of many digits is nobody else's, whatever model
    or version a line names; of the lines the last stands, which in collections is the dated one."""
    figure = raw["ttft_ms"] if row.metric == "ttft" and raw["ttft_ms"] > 0 else raw["value"]
    if figure == float(f"{figure:.{DIGITS}g}"):
        return row
    return replace(row, model="", version="", source="", most=0.0, n=1.0)


def decode_one(raw: Record) -> list[Row]:
    """The rows a line gives: its figure, and its time to first token where it has one."""
    flags = set(raw["flags"].split(";"))
    if why := left_out("speed_serving", raw):
        raise Undecodable(why)
    row = _about(raw, flags)
    metric, seconds = _figure(raw, flags, row)
    rows = [replace(row, metric=metric, seconds=seconds)]
    if metric != "ttft" and raw["ttft_ms"] > 0 and not row.protocol:
        first = replace(row, metric="ttft", seconds=raw["ttft_ms"] / 1e3)
        rows.append(replace(first, writing_s=_writing_s(rows[0])))
    return rows


def _about(raw: Record, flags: set[str]) -> Row:
    """Everything but the figure."""
    engine = facts(raw["engine"])
    if not engine.serves:
        raise Undecodable("an engine the advisor does not serve with")
    if not raw["value"] > 0:
        raise Undecodable("the figure is not positive")
    if not raw["n_devices"] >= 1:
        raise Undecodable("number of devices not stated")
    if raw["attention_dp"] > 1:
        raise Undecodable("attention in data parallel: another way to use several devices")
    batch, protocol = _in_flight(raw, flags)
    prompt, output = _lengths(raw)
    return Row(
        source=raw["source_id"],
        hardware=raw["device"] or raw["hardware"],
        devices=int(raw["n_devices"]),
        engine=engine.measured,
        version=raw["engine_version"] or VERSIONS.get(raw["source_id"], ""),
        model=raw["model_name"] or raw["model"],
        scheme=raw["scheme_name"] or raw["scheme"].split("+KV-")[0],
        metric="tpot",
        prompt=prompt,
        output=output,
        batch=batch,
        seconds=0.0,
        kv_type=_kv_type(raw),
        publisher=_publisher(raw),
        protocol=protocol,
        most=raw["max_num_seqs"] if raw["max_num_seqs"] > 0 else 0.0,
        eager="eager" in flags,
        stages=_count(raw["pipeline_parallel"]),
        cache_devices=_count(raw["context_parallel"]),
        n=raw["n"],
    )


def _publisher(raw: Record) -> str:
    return str(raw["run_by"] or raw["source_id"])


def _count(cell: float) -> int:
    return 1 if isnan(cell) else max(1, int(cell))


def _kv_type(raw: Record) -> str:
    """The cache's type: stated, or named in the scheme, or 16 bits."""
    named = raw["scheme"].partition("+KV-")[2].lower()
    return {"int8": "q8_0"}.get(raw["kv_type"] or named, raw["kv_type"] or named) or "f16"


def _in_flight(raw: Record, flags: set[str]) -> tuple[float, str]:
    """(requests in flight, protocol): kept at a fixed number, handed over at once, or as many as queue."""
    if "open_loop" in flags or raw["request_rate_per_s"] > 0:
        raise Undecodable("requests arrive at a fixed rate: how many were in flight is not stated")
    if "queued_at_once" in flags and raw["concurrency"] > 0:
        return raw["concurrency"], f"at-once:{_publisher(raw)}"
    if raw["concurrency"] > 0:
        return raw["concurrency"], ""
    if raw["phase"] == "serving":
        return inf, f"queue:{_publisher(raw)}"
    return 1.0, ""


def _lengths(raw: Record) -> tuple[float, float]:
    """(prompt, output tokens); a rate at a given depth is read at that depth."""
    if raw["phase"] == "prefill" and raw["prompt_tokens"] > 0:
        return raw["prompt_tokens"], max(1.0, raw["gen_tokens"]) if raw["gen_tokens"] > 0 else 1.0
    if raw["depth"] >= 0:
        return max(1.0, raw["depth"]), 1.0
    if not (raw["prompt_tokens"] > 0 and raw["gen_tokens"] > 0):
        raise Undecodable("lengths of prompts and answers are not stated")
    return raw["prompt_tokens"], raw["gen_tokens"]


def _figure(raw: Record, flags: set[str], row: Row) -> tuple[Metric, float]:
    """(what was timed, seconds)."""
    if raw["value"] < ROUNDED_BELOW.get(raw["unit"], 0.0):
        raise Undecodable("rounded to one digit: too little is left of so small a figure")
    if "counts_prompt_tokens" in flags and row.prompt > UNSEEN_PROMPT * row.output:
        raise Undecodable("the rate counts prompt tokens or does not say whether it does")
    if raw["unit"] == "s":
        if "ttft" in raw["test"]:
            return "ttft", raw["ttft_ms"] / 1e3 if raw["ttft_ms"] > 0 else raw["value"]
        return "service", raw["value"]
    if raw["unit"] == "ms/token":
        return "tpot", raw["value"] / 1e3
    if raw["unit"] == "req/s":
        return "flow", 1.0 / (raw["value"] * row.output)
    rate = raw["value"] * (row.devices if "per_gpu_rate" in flags else 1)
    if "total_rate" in flags:
        return "flow", (row.prompt + row.output) / (rate * row.output)
    if raw["phase"] == "prefill":
        if row.batch > 1:
            raise Undecodable("prompts of several requests together: when each arrived is not stated")
        return "prompt", row.prompt / rate
    if raw["depth"] >= 0:
        return "step", row.batch / rate
    if raw["phase"] == "decode" or "_tg_" in raw["test"]:
        # Counted while answers are written; the prompts of other requests come in between all the same.
        return "tpot", row.batch / rate
    return "flow", 1.0 / rate


def _writing_s(row: Row) -> float:
    """What one answer of a run took, by its figure."""
    if row.metric == "tpot":
        return row.seconds * row.output
    if row.metric == "flow":
        return row.seconds * row.output * row.batch
    return row.seconds if row.metric == "service" else inf
