"""One plan as rows of words: the same figures in the same form on the command line and in the TUI."""

from __future__ import annotations

from advisor.documents.recommendation import Plan
from advisor.report.figures import (
    gibibytes,
    interval,
    lost,
    milliseconds,
    number,
    placement_words,
    size,
)

SUMMARY = ("scheme", "engine", "file", "loss", "decode tok/s")
RANKING = ("model", "score", "released", "licence", *SUMMARY)
FigureRow = tuple[str, str, str, str]
"""Name, figure, note, and the section of the evidence that explains it."""


def headline(plan: Plan) -> str:
    """Model, engine, place, context: what the figures hold for."""
    requests = "request" if plan.concurrency == 1 else "requests"
    imatrix = " with imatrix" if plan.imatrix else ""
    return (
        f"{plan.scheme}{imatrix} of {plan.model} on {plan.engine} ({plan.backend}), "
        f"{placement_words(plan.predicted.placement)}, {plan.kv_type} KV cache, "
        f"{plan.context_tokens} tokens x {plan.concurrency} {requests}"
    )


def figure_rows(plan: Plan) -> list[FigureRow]:
    """Every figure of a plan with its interval and basis."""
    out = plan.predicted
    upper = "" if plan.loss_upper_pct is None else f"at most {plan.loss_upper_pct:.1f} %"
    rows = [
        (
            "File",
            size(out.file_size_bytes),
            _file_note(plan),
            "size",
        ),
        ("Memory", gibibytes(out.memory_bytes), _memory_note(plan), "memory"),
        ("Loss on the tasks", interval(plan.loss_pct, "%"), upper, "accuracy"),
        *(
            (f"  {name}", interval(lost(kept), "%"), "", "accuracy")
            for name, kept in out.retained_accuracy_pct.items()
        ),
        ("Perplexity ratio", interval(out.perplexity_ratio, ""), "", "accuracy"),
        (
            "Decode",
            interval(out.decode_tokens_per_s, "tokens/s"),
            milliseconds(out.decode_tokens_per_s),
            "speed",
        ),
        ("Prefill", interval(out.prefill_tokens_per_s, "tokens/s"), "", "speed"),
        ("First token after", interval(out.time_to_first_token_s, "s"), "", "speed"),
    ]
    if plan.full_context_ttft_s not in (None, out.time_to_first_token_s):
        full = f"a prompt that fills the {plan.context_tokens} tokens"
        rows.append(("  full context", interval(plan.full_context_ttft_s, "s"), full, "speed"))
    if plan.max_context_tokens:
        rows.append(("Largest context", f"{plan.max_context_tokens} tokens", "a request", "memory"))
    if plan.concurrency > 1:
        rows.append(("All requests", interval(out.throughput_tokens_per_s, "tokens/s"), "", "speed"))
    released = f"released {plan.released}" if plan.released else ""
    rows.append(("Licence", plan.licence or "not stated", released, "size"))
    return rows


def _memory_note(plan: Plan) -> str:
    table = plan.predicted.placement.lookup_bytes if plan.predicted.placement else 0
    return f"{table / 2**30:.1f} GiB of it a table that may stay on disk" if table else ""


def _file_note(plan: Plan) -> str:
    by = f", as published by {plan.file.publisher}" if plan.file and plan.file.publisher else ""
    return f"{plan.predicted.bpw.value:.2f} bits per weight{by}"


def ranking_cells(plan: Plan) -> tuple[str, ...]:
    """One of several models: its name, score, date and licence, then `summary_cells`."""
    score = "-" if plan.quality_pct is None else f"{plan.quality_pct:.0f}"
    return plan.model, score, plan.released or "-", plan.licence or "not stated", *summary_cells(plan)


def summary_cells(plan: Plan) -> tuple[str, ...]:
    """Scheme, engine, file, loss and decode speed of one of several plans."""
    out = plan.predicted
    decode = out.decode_tokens_per_s
    return (
        plan.scheme,
        plan.engine,
        f"{out.file_size_bytes.value / 1e9:.1f} GB",
        f"{plan.loss_pct.value:.2f} %" if plan.loss_pct else "not measured",
        f"{number(decode.value)} ({number(decode.low)} to {number(decode.high)})"
        if decode
        else "not measured",
    )
