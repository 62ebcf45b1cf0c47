"""Mutations: of JSON by its structure, of text by lines and numbers, of bytes by places and lengths."""

from __future__ import annotations

import copy
import re
import struct
from random import Random
from typing import Any

NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2**31, 2**53 + 1, 2**63, 2**64, 10**30, 10**400, -(10**30), 0.5, 1e-300, 1e300, 1e308,
    float("inf"), float("-inf"), float("nan"),
)  # fmt: skip
TEXTS = (
    "", " ", "\0", "\n", "\x1b[31mX", "\x9b31m", "\ud800", "\u202e", "²", "٣", "9" * 5000, "a" * 5000,
    "nan", "inf",
    "1e400", "-5",
    "../../x", "~nobody/x", "~\0",
    "$(touch canary)", "'; touch canary; '", "EOF\ntouch canary", "=1+1", "%s%n",
    "blk.", "blk.²", "blk.4000000000.x", "Q4_K_M", "Q" + "9" * 300, "{}", "[" * 200, "7b" * 50, "true",
    "None",
)  # fmt: skip
VALUES: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], {"": None}, {"a": {"b": {"c": []}}})


def hostile(chance: Random) -> Any:
    """A value that a field does not expect."""
    return copy.deepcopy(chance.choice(chance.choice((NUMBERS, TEXTS, VALUES))))


def mutated(value: Any, chance: Random) -> Any:
    """A copy of the JSON *value* with one to four nodes replaced, removed, doubled, renamed or nested."""
    found = copy.deepcopy(value)
    for _ in range(chance.randint(1, 4)):
        places = list(_places(found))
        if not places:
            return hostile(chance)
        holder, key = chance.choice(places)
        _change(holder, key, chance)
    return found


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield value, key
        yield from _places(item)


def _change(holder: Any, key: Any, chance: Random) -> None:
    if key not in (holder if isinstance(holder, dict) else range(len(holder))):
        return
    kind = chance.randrange(8)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[chance.choice(TEXTS)] = holder.pop(key)
    elif kind == 2:
        for _ in range(chance.choice((1, 3, 90))):
            holder[key] = [holder[key]]
    elif kind == 3 and isinstance(holder[key], (int, float)):
        holder[key] = min(holder[key], 10**18) * chance.choice((-1, 0, 10, 1000, 10**18, 0.001))
    elif kind == 4 and isinstance(holder, list):
        holder.extend([holder[key]] * chance.choice((1, 50)))
    else:
        holder[key] = hostile(chance)


def mutated_text(text: str, chance: Random) -> str:
    """*text* with numbers, lines and stretches changed."""
    for _ in range(chance.randint(1, 5)):
        kind = chance.randrange(6)
        at = chance.randrange(len(text) + 1)
        if kind == 0:
            text = text[:at]
        elif kind == 1:
            text = text[:at] + chance.choice(TEXTS) + text[at + chance.choice((0, 0, 1, 8)) :]
        elif kind == 2:
            numbers = list(re.finditer(r"\d+(?:\.\d+)?", text))
            if numbers:
                spot = chance.choice(numbers)
                text = text[: spot.start()] + str(hostile(chance))[:6000] + text[spot.end() :]
        elif kind == 3:
            lines = text.split("\n")
            line = chance.randrange(len(lines))
            lines[line : line + 1] = [lines[line]] * chance.choice((0, 2, 30))
            text = "\n".join(lines)
        elif kind == 4:
            text = text.replace(chance.choice(('"', ",", "|", ":", "\n", " ")), chance.choice(TEXTS)[:9], 3)
        else:
            text = text.replace("\n", chance.choice(("\r", "\r\n", "\0", "")))
    return text[:2_000_000]


def mutated_bytes(data: bytes, chance: Random) -> bytes:
    """*data* with bytes changed, cut, doubled, or a length or count written over."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(found)) if found else 0
        kind = chance.randrange(6)
        if kind == 0 and found:
            found[at] = chance.randrange(256)
        elif kind == 1:
            del found[at:]
        elif kind == 2:
            number = chance.choice((0, 1, 2**16, 2**31, 2**32 - 1, 2**63, 2**64 - 1, len(found)))
            found[at : at + 8] = struct.pack("<Q", number)
        elif kind == 3:
            found[at : at + 4] = struct.pack("<I", chance.choice((0, 1, 7, 8, 9, 12, 2**31, 2**32 - 1)))
        elif kind == 4:
            found[at:at] = found[at : at + chance.randrange(64)]
        else:
            found[at : at + chance.randrange(40)] = chance.choice(TEXTS)[:60].encode("utf-8", "surrogatepass")
    return bytes(found)
