"""What a row must be to be kept: one that is not would spoil every later answer."""

from __future__ import annotations

import json
from functools import lru_cache
from math import isfinite

from advisor.documents.model import ModelProfile
from advisor.documents.plain import json_value, parse
from advisor.errors import BadFileError
from advisor.measuring.rows import COUNTS, KINDS, TEXTS, Row

SLOWEST, FASTEST = 1e-6, 1e16
"""Of a rate per second or a time in seconds: a token in eleven days, and more bytes than any memory moves."""
LARGEST_SCORE = 1e9
"""Of a perplexity, divergence or benchmark score, either side of zero."""
LARGEST_COUNT = 2**53
MOST_DEVICES = 100_000
MOST_FACTS_CHARACTERS = 2**20
"""Of everything else a tool said: a model document that lists its tensors has some 100,000."""
MOST_CHARACTERS = 1000
"""Of a name or a note."""

_TYPES: tuple[tuple[str, tuple[type, ...]], ...] = (
    *((name, (str,)) for name in TEXTS),
    *((name, (int, type(None))) for name in COUNTS if name != "n"),
    ("n", (int,)),
    ("value", (int, float)),
    ("sd", (int, float, type(None))),
    ("facts", (dict,)),
)


def fault(row: Row) -> str:
    """What is wrong with *row* in one line, or ''."""
    if wrong := _type_fault(row):
        return wrong
    if row.kind not in KINDS:
        return f"kind is {row.kind[:40]!a}, none of {', '.join(KINDS)}"
    return _value_fault(row) or _count_fault(row) or _text_fault(row) or _profile_fault(row)


def _type_fault(row: Row) -> str:
    """SQLite keeps text in a column of numbers and the other way round, and JSON has true and false."""
    for name, kinds in _TYPES:
        value = getattr(row, name)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return f"{name} is {str(value)[:40]!a}, of another kind than it should be"
    return ""


def _value_fault(row: Row) -> str:
    if row.kind == "accuracy":
        sound = isfinite(row.value) and abs(row.value) <= LARGEST_SCORE
    else:
        sound = SLOWEST <= row.value <= FASTEST
    if not sound:
        return f"value is {row.value:g}; no {row.metric or row.kind} is"
    if row.sd is not None and not 0 <= row.sd <= FASTEST:
        return f"sd is {row.sd:g}; a deviation is 0 to {FASTEST:g}"
    best = row.facts.get("best", row.value)
    if row.kind == "speed" and not (_is_number(best) and SLOWEST <= best <= FASTEST):
        return f"the fastest repetition is {str(best)[:40]}; no speed is"
    devices = row.facts.get("tensor_parallel_size")
    if devices is not None and not (_is_number(devices) and 1 <= devices <= MOST_DEVICES):
        return f"tensor_parallel_size is {str(devices)[:40]!a}; it counts devices"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _count_fault(row: Row) -> str:
    for name in COUNTS:
        count = getattr(row, name)
        least = -1 if name == "gpu_layers" else 0  # -1 is llama.cpp's "all"
        if count is not None and not least <= count <= LARGEST_COUNT:
            return f"{name} is {str(count)[:20]}; a count is {least} to {LARGEST_COUNT}"
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
        text = json.dumps(row.facts, allow_nan=False, ensure_ascii=False)
        text.encode("utf-8")
        if len(text) > MOST_FACTS_CHARACTERS:
            return f"facts have {len(text)} characters; nothing a tool says of a row has"
        if profile is not None:
            kept_profile(json.dumps(profile))
    except BadFileError as error:
        return str(error)
    except (ValueError, TypeError, RecursionError) as error:
        return f"facts cannot be kept: {error}"
    return ""


@lru_cache(maxsize=256)
def kept_profile(text: str) -> ModelProfile:
    """The model document kept with a row. Raises BadFileError."""
    return parse(ModelProfile, json_value(text, "model_profile"), what="model_profile")
