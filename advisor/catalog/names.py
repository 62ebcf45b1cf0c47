"""Reading what people type: amounts with units, counts, and the nearest known names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache

from advisor.documents.quantities import LEAST_RATE, MOST_RATE
from advisor.errors import UsageError

GIB = 1 << 30
_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([^\W\d_]*)\s*", re.IGNORECASE)
_BYTE_UNITS = {
    "": GIB,
    "g": GIB,
    "gb": GIB,
    "gib": GIB,
    "m": 1 << 20,
    "mb": 1 << 20,
    "mib": 1 << 20,
    "t": 1 << 40,
    "tb": 1 << 40,
    "tib": 1 << 40,
    "k": 1 << 10,
    "kb": 1 << 10,
    "kib": 1 << 10,
    "b": 1,
    "bytes": 1,
    # octets, and Cyrillic letters
    "go": GIB,
    "gio": GIB,
    "гб": GIB,
    "mo": 1 << 20,
    "mio": 1 << 20,
    "мб": 1 << 20,
    "to": 1 << 40,
    "tio": 1 << 40,
    "тб": 1 << 40,
    # as Kubernetes writes them
    "gi": GIB,
    "mi": 1 << 20,
    "ti": 1 << 40,
}
_RATE_UNITS = {
    "": 1e9,
    "gb": 1e9,
    "g": 1e9,
    "gib": float(GIB),
    "mb": 1e6,
    "mib": float(1 << 20),
    "tb": 1e12,
    "tib": float(1 << 40),
    "b": 1.0,
}
_COUNT_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
KEPT_ANSWERS = 16_384
"""Names whose meaning is kept for the next question: the tables' own and more; a batch has any number."""
MOST_BYTES = 2**62
"""Of a memory, and of what it moves in a second: as `documents.quantities` bounds them."""
MOST_CHARACTERS = 1000
"""Of a name that is looked at: longer ones would only cost time."""


def parse_bytes(text: str, what: str = "memory size") -> int:
    """Bytes of '64GB', '64 GiB', '24G', '24564 MiB' or a bare number of GB.

    Memory is sold in powers of two, so GB and GiB mean the same here: a '24 GB' card has 24 x 2^30 bytes.
    Raises UsageError for anything else, zero and negative sizes included.
    """
    match = _AMOUNT.fullmatch(text)
    factor = _BYTE_UNITS.get(match.group(2).lower()) if match else None
    if match is None or factor is None or not 0 < float(match.group(1)) * factor <= MOST_BYTES:
        raise UsageError(f"{what} {text[:60]!r} is not a size; write it as 64GB or 24564MiB")
    return round(float(match.group(1)) * factor)


def parse_bandwidth(text: str) -> float:
    """Bytes per second of '1008GB/s', '1.8 TB/s' or a bare number of GB/s; GB is 10^9 here, as vendors state
    it.

    Raises UsageError for anything else.
    """
    match = _AMOUNT.fullmatch(re.sub(r"\s*(?:/\s*s(?:ec)?|ps)\s*$", "", text.strip(), flags=re.IGNORECASE))
    factor = _RATE_UNITS.get(match.group(2).lower()) if match else None
    if match is None or factor is None or not LEAST_RATE <= float(match.group(1)) * factor <= MOST_RATE:
        raise UsageError(f"bandwidth {text[:60]!r} is not a rate; write it as 1008GB/s")
    return float(match.group(1)) * factor


def parse_count(text: str, what: str = "number of parameters") -> int:
    """'13B' -> 13000000000, '350M', '1.1T' or all digits of a count. Raises UsageError for anything else.

    A bare '13' is refused: nobody means thirteen parameters, and thirteen billion is a guess.
    """
    match = _AMOUNT.fullmatch(text)
    factor = _COUNT_UNITS.get(match.group(2).lower()) if match else None
    # Outside a thousand to a hundred quadrillion it is a slip of the unit, not a model.
    if match is None or factor is None or not 1e3 <= float(match.group(1)) * factor < 1e17:
        raise UsageError(f"{what} {text[:60]!r} is not a count; write it as 13B or 350M")
    return round(float(match.group(1)) * factor)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, case ignored, compiled when it is first needed: most runs need few of them."""
    return re.compile(pattern, re.IGNORECASE)


def word_set(text: str) -> frozenset[str]:
    """The words of *text* as a set: vocabularies are written as one line."""
    return frozenset(text.split())


def number(text: str) -> float | None:
    """A cell of a profile table as a number; None when empty."""
    if not text:
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def whole(text: str) -> int | None:
    """A cell of a profile table as an integer ('8.0' included); None when empty."""
    value = number(text)
    return None if value is None else round(value)


def nearest(name: str, known: Iterable[str], count: int = 5) -> tuple[str, ...]:
    """The known names most like *name*, best first, for an error message."""
    # Deferred: costs several ms and is only needed on the way to an error.
    from difflib import SequenceMatcher

    wanted = _plain(name)
    words = set(re.findall(r"[a-z]+|\d+(?:\.\d+)?", name.lower()))

    numbers = re.findall(r"\d{3,}", name)

    def likeness(candidate: str) -> float:
        shared = len(words & set(re.findall(r"[a-z]+|\d+(?:\.\d+)?", candidate.lower())))
        # A shared word or number outweighs about two letters of eight, two swapped digits more than a maker's
        # name left out (a judgement, it only orders suggestions).
        same = 0.3 * any(number in re.findall(r"\d{3,}", candidate) for number in numbers)
        slips = 0.4 * any(_one_slip(a, b) for a in numbers for b in re.findall(r"\d{3,}", candidate))
        return SequenceMatcher(None, wanted, _plain(candidate)).ratio() + 0.15 * shared + same + slips

    ranked = sorted(dict.fromkeys(known), key=lambda candidate: (-likeness(candidate), candidate))
    return tuple(ranked[:count])


def _one_slip(a: str, b: str) -> bool:
    """Whether two numbers differ by two neighbouring digits in the wrong order."""
    apart = [place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y]
    return (
        len(a) == len(b) and len(apart) == 2 and apart[1] == apart[0] + 1
        and a[apart[0]] == b[apart[1]] and a[apart[1]] == b[apart[0]]
    )  # fmt: skip


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", name.lower())
