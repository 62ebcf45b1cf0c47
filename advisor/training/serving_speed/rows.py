"""What each figure of the serving tables means: one rule per benchmark, or a reason to leave the figure out.

A decoded row is a `Row`: the time a user or an operator would see, under a load with a known number of
requests in flight. Benchmarks measure that in different ways; the rules say which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from advisor.prediction.serving_speed.inputs import serving_engine

DEFAULT_SLOTS = 256
"""Sequences in flight when all requests are queued: vLLM's `max_num_seqs` default
(https://docs.vllm.ai/en/v0.7.3/serving/engine_args.html)."""
TRTLLM_SLOTS = 2048
"""TensorRT-LLM's `max_batch_size` default (https://nvidia.github.io/TensorRT-LLM/commands/trtllm-
build.html)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure with one meaning."""

    source: str
    hardware: str
    devices: int
    engine: str
    version: str
    model: str
    scheme: str
    metric: str
    """tpot, ttft, service (one request, first to last token), flow (seconds per output token, all requests
    together)."""
    prompt: float
    output: float
    batch: float
    """Requests offered at once; memory may hold fewer."""
    seconds: float
    kv_type: str
    publisher: str
    """Who measured: rows of one publisher share a set-up and its offsets."""
    protocol: str
    """How the benchmark measured; '' when its figure is what a user sees."""
    n: float = 1.0


class Undecodable(Exception):
    """The figure cannot be used; the text says why."""


def decode(table) -> tuple[list[Row], dict[str, int]]:
    """(rows, reason -> number of figures left out) of the speed_serving frame."""
    rows: list[Row] = []
    reasons: dict[str, int] = {}
    for raw in table.itertuples(index=False):
        try:
            rows += _decode(raw)
        except Undecodable as why:
            reasons[str(why)] = reasons.get(str(why), 0) + 1
    distinct = list(dict.fromkeys(rows))
    if len(distinct) < len(rows):
        reasons["the same figure of the same run again"] = len(rows) - len(distinct)
    return distinct, reasons


def _decode(raw) -> list[Row]:
    if serving_engine(raw.engine) != raw.engine:
        raise Undecodable("an engine the advisor does not serve with")
    if "DOUBTFUL" in raw.notes:
        raise Undecodable("the table itself calls the figure doubtful")
    if not raw.value > 0:
        raise Undecodable("the figure is not positive")
    if not raw.n_devices >= 1:
        raise Undecodable("number of devices not stated")
    rule = _RULES.get(raw.source_id) or (_redhat if raw.source_id.startswith("redhat-") else None)
    if rule is None:
        raise Undecodable("lengths of prompts and answers, or what was counted, are not stated")
    return rule(raw)


def _row(raw, metric: str, prompt: float, output: float, batch: float, seconds: float, **more) -> Row:
    if not (prompt > 0 and output > 0 and batch > 0):
        raise Undecodable("prompt, output or number of requests not stated")
    quantized_cache = raw.source_id == "aiconfigurator-silicon" and raw.scheme not in ("BF16", "W4A16-INT")
    more.setdefault("protocol", "")
    more.setdefault("publisher", _publisher(raw.source_id))
    more.setdefault("kv_type", "fp8" if quantized_cache or "KV-FP8" in raw.scheme else "f16")
    return Row(
        raw.source_id,
        raw.hardware,
        int(raw.n_devices),
        raw.engine,
        raw.engine_version,
        raw.model,
        raw.scheme.replace("+KV-FP8", ""),
        metric,
        prompt,
        output,
        batch,
        seconds,
        n=raw.n,
        **more,
    )


def _publisher(source: str) -> str:
    """The model cards of one vendor are one publisher, and so are one laboratory's speed pages."""
    return next((start for start in ("redhat", "qwen") if source.startswith(start)), source)


def _note(raw, key: str) -> float | None:
    found = re.search(rf"\b{key}=([0-9.]+)", raw.notes)
    return float(found.group(1)) if found else None


def _aiconfigurator(raw) -> list[Row]:
    """A fixed number of requests in flight; mean TPOT, and mean TTFT in the notes.

    Attention run data-parallel splits the batch, not the matrices: not what a plan with tensor
    parallelism does. FP8 and FP4 checkpoints of this benchmark are served with an FP8 KV cache.
    """
    if (_note(raw, "attention_dp") or 1) > 1 or (
        _note(raw, "batch_per_rank") or raw.concurrency
    ) != raw.concurrency:
        raise Undecodable("attention in data parallel: another way to use several devices")
    if "_c_tp" in raw.notes:
        raise Undecodable("the run's own name leaves its number of requests open")
    # Runs of the vendor's own collection have no parallelism over experts in their name; all others are one
    # public nightly benchmark in several copies.
    publisher = "aiconfigurator-collection" if "_epnone_" in raw.notes else "aiconfigurator-nightly"
    found = [
        _row(
            raw,
            "tpot",
            raw.prompt_tokens,
            raw.gen_tokens,
            raw.concurrency,
            raw.value / 1e3,
            publisher=publisher,
        )
    ]
    ttft = _note(raw, "ttft_ms")
    if ttft:
        found.append(
            _row(
                raw,
                "ttft",
                raw.prompt_tokens,
                raw.gen_tokens,
                raw.concurrency,
                ttft / 1e3,
                publisher=publisher,
            )
        )
    return found


def _accelmark(raw) -> list[Row]:
    """Requests all at once (offline, scaling), one after another, at a fixed number, or at a fixed rate."""
    prompt, output = raw.prompt_tokens, raw.gen_tokens
    test = raw.test
    if test.startswith("speculative"):
        raise Undecodable("speculative decoding")
    if test == "interactive_tpot":
        found = [_row(raw, "tpot", prompt, output, 1, raw.value / 1e3)]
        ttft = _note(raw, "ttft_p50_ms")
        return found + ([_row(raw, "ttft", prompt, output, 1, ttft / 1e3)] if ttft else [])
    if test.startswith("sustained_c"):
        return [_row(raw, "flow", prompt, output, raw.concurrency, 1 / raw.value)]
    if test.startswith(("offline_output", "scaling_output")):
        # All requests start together and the batch drains: the average is below the full batch's rate.
        batch = min(raw.concurrency, DEFAULT_SLOTS)
        return [_row(raw, "flow", prompt, output, batch, 1 / raw.value, protocol=f"drain:{_note_suite(raw)}")]
    if test.startswith("online_tpot_qps"):
        raise Undecodable("requests arrive at a fixed rate: how many were in flight is not stated")
    raise Undecodable("no rule says what this test of the source means")


def _note_suite(raw) -> str:
    found = re.search(r"suite_([A-Z])", raw.notes)
    return f"accelmark-{found.group(1) if found else '?'}"


def _redhat(raw) -> list[Row]:
    """GuideLLM: latency of one request after another (s), and most requests per second (all queued)."""
    if raw.unit == "s":
        if raw.source_id.startswith("redhat-granite") and raw.value <= 0.3:
            raise Undecodable("a latency below what the bandwidth allows: looks like a misprint")
        return [_row(raw, "service", raw.prompt_tokens, raw.gen_tokens, 1, raw.value)]
    if raw.value < 0.25:
        raise Undecodable("rounded to one digit: 0.1 or 0.2 requests per second tell too little")
    return [
        _row(
            raw,
            "flow",
            raw.prompt_tokens,
            raw.gen_tokens,
            DEFAULT_SLOTS,
            1 / (raw.value * raw.gen_tokens),
            protocol="queue:redhat",
        )
    ]


def _qwen(raw) -> list[Row]:
    """One request writing 2,048 tokens. With a long prompt the rate may count prompt tokens: left out."""
    if not raw.test.startswith("gen2048") or raw.unit != "tok/s":
        raise Undecodable("throughput over prompts of unstated length")
    if raw.prompt_tokens > 1:
        raise Undecodable("the rate counts prompt tokens or does not say whether it does")
    return [_row(raw, "tpot", 1, 2048, 1, 1 / raw.value)]


def _trtllm(raw) -> list[Row]:
    """All requests queued; output tokens per second PER GPU."""
    devices = raw.n_devices
    if re.search(r"\bDEP\d", raw.notes):
        raise Undecodable("attention in data parallel: another way to use several devices")
    return [
        _row(
            raw,
            "flow",
            raw.prompt_tokens,
            raw.gen_tokens,
            TRTLLM_SLOTS,
            1 / (raw.value * devices),
            protocol="queue:trtllm",
            kv_type="fp8",
        )
    ]


def _modelopt(raw) -> list[Row]:
    """trtllm-bench at a fixed batch: output tokens per second of all requests, prompts included in the
    time."""
    return [_row(raw, "flow", raw.prompt_tokens, raw.gen_tokens, raw.concurrency, 1 / raw.value)]


def _torchao(raw) -> list[Row]:
    """`vllm bench throughput`: prompt and output tokens per second together, all requests at once."""
    share = raw.gen_tokens / (raw.prompt_tokens + raw.gen_tokens)
    return [_row(raw, "flow", raw.prompt_tokens, raw.gen_tokens, raw.concurrency, 1 / (raw.value * share))]


def _latency(raw) -> list[Row]:
    """Seconds for one whole batch; the kernels the change replaces are left out."""
    if "old-kernel" in raw.scheme:
        raise Undecodable("a kernel no release uses any more")
    batch = raw.concurrency
    return [_row(raw, "flow", raw.prompt_tokens, raw.gen_tokens, batch, raw.value / (batch * raw.gen_tokens))]


_RULES = {
    "aiconfigurator-silicon": _aiconfigurator,
    "accelmark": _accelmark,
    "qwen2-speed": _qwen,
    "qwen25-speed": _qwen,
    "qwen3-speed": _qwen,
    "trtllm-perf-new": _trtllm,
    "modelopt-benchmark": _modelopt,
    "torchao-inference": _torchao,
    "vllm-pr23197": _latency,
}
