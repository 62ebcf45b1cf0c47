"""Numbers as people write them on a command line."""

from __future__ import annotations

import re
from math import isfinite

from advisor.documents.quantities import MOST_AMOUNT
from advisor.errors import UsageError

_NUMBER = r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*"


def percent(text: str, option: str) -> float:
    """'1%', '1' or '0.5 %' as percent, from 0 to 100."""
    value = _number(text.strip().removesuffix("%"), option, "a percentage such as 1%")
    if not 0 <= value <= 100:
        raise _wrong(option, text, "a percentage lies between 0 and 100")
    return value


def seconds(text: str, option: str) -> float:
    """'2s', '500ms' or '2' as seconds, above zero."""
    match = re.fullmatch(_NUMBER + r"(ms|s|min)?", text)
    if not match:
        raise _wrong(option, text, "give a time such as 2s or 500ms")
    seconds_each = {"ms": 0.001, "s": 1.0, "min": 60.0}.get(match[2], 1.0)
    return _positive(float(match[1]) * seconds_each, option, text)


def rate(text: str, option: str) -> float:
    """Tokens per second, above zero."""
    return _positive(
        _number(re.sub(r"\s*(tok(ens)?/s|t/s)$", "", text), option, "tokens per second such as 20"),
        option,
        text,
    )


def count(text: str, option: str) -> int:
    """A whole number above zero; '8k', '32K' and '1M' are multiples of 1024, as model cards use them."""
    match = re.fullmatch(r"\s*([0-9]{1,12})\s*([kKmM])?\s*", text)
    if not match or int(match[1]) == 0:
        raise _wrong(option, text, "give a whole number above zero such as 8192 or 8k")
    return int(match[1]) * {"k": 1024, "m": 1024**2}.get((match[2] or "").lower(), 1)


def _number(text: str, option: str, wanted: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _wrong(option, text, f"give {wanted}") from None
    if not isfinite(value):
        raise _wrong(option, text, f"give {wanted}, not {text.strip()}")
    return value


def _positive(value: float, option: str, text: str) -> float:
    if not isfinite(value) or value <= 0:
        raise _wrong(option, text, "it must be above zero")
    if value > MOST_AMOUNT:
        raise _wrong(option, text, f"give at most {MOST_AMOUNT:g}")
    return value


def _wrong(option: str, text: str, mend: str) -> UsageError:
    return UsageError(f"{option} {text}: {mend}", field=option.split()[0].removeprefix("--"))
