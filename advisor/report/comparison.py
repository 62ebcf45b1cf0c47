"""Several plans side by side, the best figures of each line marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import Plan
from advisor.report.figures import gibibytes, interval, placement_words, size

Better = Literal["less", "more"]


@dataclass(frozen=True)
class Compared:
    """One line: its name, and of each plan the text, whether it is among the best, and the figure itself."""

    name: str
    texts: tuple[str, ...]
    best: tuple[bool, ...]
    figures: tuple[Estimate | None, ...] = ()
    """Empty for a line of facts."""


_FACTS: tuple[tuple[str, Callable[[Plan], str]], ...] = (
    ("Model", lambda plan: plan.model),
    ("Scheme", lambda plan: plan.scheme),
    ("Engine", lambda plan: f"{plan.engine} ({plan.backend})"),
    ("Placement", lambda plan: placement_words(plan.predicted.placement)),
    ("Licence", lambda plan: plan.licence or "not stated"),
)
_Words = Callable[[Estimate | None], str]
_FIGURES: tuple[tuple[str, Callable[[Plan], Estimate | None], _Words, Better], ...] = (
    ("File", lambda plan: plan.predicted.file_size_bytes, size, "less"),
    ("Memory", lambda plan: plan.predicted.memory_bytes, gibibytes, "less"),
    ("Loss on the tasks", lambda plan: plan.loss_pct, partial(interval, unit="%"), "less"),
    ("Decode", lambda plan: plan.predicted.decode_tokens_per_s, partial(interval, unit="tokens/s"), "more"),
    ("Prefill", lambda plan: plan.predicted.prefill_tokens_per_s, partial(interval, unit="tokens/s"), "more"),
    (
        "First token after",
        lambda plan: plan.predicted.time_to_first_token_s,
        partial(interval, unit="s"),
        "less",
    ),
)


def comparison(plans: Sequence[Plan | None]) -> list[Compared]:
    """A line a fact and a figure; None is an answer without a plan, which has none of its own."""
    lines = [
        Compared(name, tuple(get(plan) if plan else "–" for plan in plans), (False,) * len(plans))
        for name, get in _FACTS
    ]
    for name, figure, words, better in _FIGURES:
        found = tuple(figure(plan) if plan else None for plan in plans)
        texts = tuple(words(one) if plan else "–" for one, plan in zip(found, plans, strict=True))
        lines.append(Compared(name, texts, best(found, better), found))
    return lines


def best(found: Sequence[Estimate | None], better: Better) -> tuple[bool, ...]:
    """The best figure, and every one whose interval holds it: these cannot be told apart. Nothing is marked
    where that is so of all."""
    known = [figure.value for figure in found if figure is not None]
    if not known:
        return (False,) * len(found)
    top = min(known) if better == "less" else max(known)
    marked = tuple(figure is not None and figure.low <= top <= figure.high for figure in found)
    return (False,) * len(found) if sum(marked) == len(known) else marked
