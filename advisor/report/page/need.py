"""A need in words, for those who did not state it."""

from __future__ import annotations

from advisor.documents.requirements import Requirements
from advisor.report.text import load_words

NeedRow = tuple[str, str]


def need_rows(need: Requirements) -> list[NeedRow]:
    """Name and value of everything that was asked for, and of the defaults that the answer rests on."""
    context = f"{need.context_tokens or need.room_tokens} tokens a request"
    if need.context_tokens == "max":
        context = "as many tokens as fit"
    rows = [
        ("Model", need.model or "the best of those that fit"),
        ("Tasks", ", ".join(_task(task.task, task.max_loss_pct) for task in need.tasks)),
        ("Accuracy to lose", _limit("at most", need.max_loss_pct, "% of the unquantized score")),
        ("Confidence", f"{need.confidence_pct:g} %"),
        ("Speed", _limit("at least", need.min_decode_tokens_per_s, "tokens/s a request")),
        ("First token", _limit("after at most", need.max_ttft_s, "s")),
        ("Context", context),
        ("Load", load_words(need)),
        ("Requests at once", str(need.concurrency)),
        ("Engines", ", ".join(need.engines)),
        ("Schemes", ", ".join(need.schemes)),
        ("Licences", ", ".join(need.licences)),
        ("Reads", need.modality or ""),
        ("Calls tools", "yes" if need.tools else ""),
        ("Released since", need.since or ""),
        ("KV cache", "" if need.kv_type == "auto" else need.kv_type),
        ("Calibration", "" if need.calibration_allowed else "not allowed"),
        ("To optimise", need.objective or ""),
    ]
    return [(name, value) for name, value in rows if value]


def _task(name: str, limit: float | None) -> str:
    return name if limit is None else f"{name} (at most {limit:g} %)"


def _limit(word: str, value: float | None, unit: str) -> str:
    return "no limit" if value is None else f"{word} {value:g} {unit}"
