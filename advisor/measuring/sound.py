"""What a row must be to be kept: one that is not would spoil every later answer."""

from __future__ import annotations

import json
from math import isfinite

from advisor.documents.model import ModelProfile
from advisor.documents.plain import parse
from advisor.errors import BadFileError
from advisor.measuring.rows import COUNTS, KINDS, TEXTS, Row

SLOWEST, FASTEST = 1e-6, 1e16
"""Of a rate per second or a time in seconds: a token in eleven days, and more bytes than any memory moves."""
LARGEST_SCORE = 1e9
"""Of a perplexity, divergence or benchmark score, either side of zero."""
LARGEST_COUNT = 2**53
MOST_CHARACTERS = 1000
"""Of a name or a note."""


def fault(row: Row) -> str:
    """What is wrong with *row* in one line, or ''."""
    if row.kind not in KINDS:
        return f"kind is {row.kind[:40]!r}, none of {', '.join(KINDS)}"
    return _value_fault(row) or _count_fault(row) or _text_fault(row) or _profile_fault(row)


def _value_fault(row: Row) -> str:
    if row.kind == "accuracy":
        sound = isfinite(row.value) and abs(row.value) <= LARGEST_SCORE
    else:
        sound = SLOWEST <= row.value <= FASTEST
    if not sound:
        return f"value is {row.value:g}; no {row.metric or row.kind} is"
    if row.sd is not None and not 0 <= row.sd <= FASTEST:
        return f"sd is {row.sd:g}; a deviation is zero or more"
    best = row.facts.get("best", row.value)
    if row.kind == "speed" and not (isinstance(best, (int, float)) and SLOWEST <= best <= FASTEST):
        return f"the fastest repetition is {str(best)[:40]}; no speed is"
    return ""


def _count_fault(row: Row) -> str:
    for name in COUNTS:
        count = getattr(row, name)
        least = -1 if name == "gpu_layers" else 0  # -1 is llama.cpp's "all"
        if count is not None and not least <= count <= LARGEST_COUNT:
            return f"{name} is {str(count)[:20]}; it counts something"
    return ""


def _text_fault(row: Row) -> str:
    for name in TEXTS:
        text = getattr(row, name)
        if len(text) > MOST_CHARACTERS:
            return f"{name} has {len(text)} characters; a name has at most {MOST_CHARACTERS}"
        if not text.isprintable():
            return f"{name} holds control characters: {text[:40]!a}"
    return ""


def _profile_fault(row: Row) -> str:
    profile = row.facts.get("model_profile")
    try:
        json.dumps(row.facts).encode("ascii")
        if profile is not None:
            parse(ModelProfile, profile, what="model_profile")
    except BadFileError as error:
        return str(error)
    except (ValueError, TypeError, RecursionError) as error:
        return f"facts cannot be kept: {error}"
    return ""
