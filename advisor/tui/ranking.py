"""Plans in the order of their merit, and what was left out: their columns, and what words and bounds find."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from advisor.catalog.models import find_model
from advisor.catalog.models.pasted import named_in
from advisor.documents.recommendation import Plan, Rejection
from advisor.documents.requirements import Requirements
from advisor.errors import AdvisorError
from advisor.recommendation.families import unwanted
from advisor.report.figures import number
from advisor.tui.columns import fitted
from advisor.tui.widgets.four_figures import share

Entry: TypeAlias = Plan | Rejection
Cell = tuple[str, int, Callable[[Plan], str]]
_BOUND = re.compile(r"([<>])(\d+(?:\.\d+)?)(gb|tok|%)?")
MARK = "✓ "
_MORE_NAME = 14
"""Cells that the longest names of the catalogue take beyond their column."""


def _speed(plan: Plan) -> str:
    decode = plan.predicted.decode_tokens_per_s
    return number(decode.value) if decode else "-"


def _share(plan: Plan) -> str:
    used = share(plan)
    return "-" if used is None else f"{100 * used:.0f} %"


COLUMNS: tuple[Cell, ...] = (
    ("model", 20, lambda plan: plan.model),
    ("scheme", 10, lambda plan: plan.scheme),
    ("tok/s", 5, _speed),
    ("GB", 5, lambda plan: f"{plan.predicted.file_size_bytes.value / 1e9:.1f}"),
    ("loss %", 6, lambda plan: f"{plan.loss_pct.value:.2f}" if plan.loss_pct else "-"),
    ("score", 5, lambda plan: "-" if plan.quality_pct is None else f"{plan.quality_pct:.0f}"),
    ("memory", 6, _share),
    ("engine", 10, lambda plan: plan.engine),
    ("licence", 14, lambda plan: plan.licence or "not stated"),
    ("released", 10, lambda plan: plan.released or "-"),
)
"""Title, width and text, the most wanted first: what does not fit the width is left out from the end."""


def columns(width: int) -> tuple[Cell, ...]:
    """Those of `COLUMNS` that *width* cells hold, two blanks apart, and at least the first three; what is
    over goes to the name."""
    found, left = 0, width
    for _, cells, _ in COLUMNS:
        if cells + 2 > left and found >= 3:
            break
        left -= cells + 2
        found += 1
    title, cells, text = COLUMNS[0]
    return ((title, cells + min(max(left, 0), _MORE_NAME), text), *COLUMNS[1:found])


def line(entry: Entry, wanted: tuple[Cell, ...], marked: bool) -> list[str]:
    """The texts of *wanted*; what was left out has its kind of reason and no figures."""
    if isinstance(entry, Rejection):
        texts = [entry.model, f"x {entry.kind}", *("-" for _ in wanted[2:])]
    else:
        texts = [text(entry) for _, _, text in wanted]
    texts[0] = MARK * marked + texts[0]
    return [fitted(text, width) for text, (_, width, _) in zip(texts, wanted, strict=True)]


def matching(entries: tuple[Entry, ...], words: str) -> tuple[Entry, ...]:
    """The *entries* that hold every word and keep every bound; order unchanged."""
    asked = re.sub(r"([<>]|since)\s+", r"\1", words.lower()).split()
    return tuple(entry for entry in entries if all(_meets(entry, word) for word in asked))


def named(words: str) -> str | None:
    """The model that *words* name outright, by an id, a tag or a pasted command, whatever is listed."""
    name = named_in(words.strip())
    try:
        find_model(name)
    except AdvisorError:
        return None
    return name


def admitted(entry: Entry, need: Requirements) -> bool:
    """Whether the choice among models in *need* lets the model of *entry* in."""
    try:
        return not unwanted(find_model(entry.model), need)
    except AdvisorError:
        return True


def _meets(entry: Entry, word: str) -> bool:
    bound = _BOUND.fullmatch(word)
    if bound:
        sign, limit, unit = bound[1], float(bound[2]), bound[3] or ("gb" if bound[1] == "<" else "tok")
        value = None if isinstance(entry, Rejection) else _value(entry, unit)
        return value is not None and (value < limit if sign == "<" else value > limit)
    if word.startswith("since"):
        released = None if isinstance(entry, Rejection) else entry.released
        return (released or "") >= word.removeprefix("since")
    return word in _said(entry)


def _value(plan: Plan, unit: str) -> float | None:
    decode = plan.predicted.decode_tokens_per_s
    if unit == "gb":
        return plan.predicted.file_size_bytes.value / 1e9
    if unit == "tok":
        return decode.value if decode else None
    return plan.loss_pct.value if plan.loss_pct else None


def _said(entry: Entry) -> str:
    """Everything of an entry that a word may be about: name, id, family, licence, scheme, engine …"""
    said: tuple[str | None, ...] = (entry.model, entry.scheme, entry.engine, *_known(entry.model))
    if isinstance(entry, Rejection):
        return " ".join(filter(None, (*said, entry.reason, entry.kind))).lower()
    return " ".join(filter(None, (*said, entry.licence, entry.released))).lower()


@cache
def _known(model: str) -> tuple[str | None, ...]:
    """Repository and family of a model of the catalogue, and what it is for in words people search by."""
    try:
        known = find_model(model)
    except AdvisorError:
        return ()
    uses = ("tools" if known.tools else None, "code coder" if "cod" in known.name.lower() else None)
    return (known.hf_id, known.family, known.modality, *uses, known.variant)
