"""How much power a processor may draw, which sets how fast its cores run together."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from advisor.catalog.cpus import find_cpu
from advisor.catalog.names import KEPT_ANSWERS

PowerClass = Literal["server", "desktop", "saving", "laptop", "thin", "board"]

_BOARDS = ("sbc", "phone", "handheld")
_SERVERS = ("server", "hedt", "workstation", "hpc")
_SEGMENTS: dict[str, PowerClass] = {"laptop": "laptop", "mini-pc": "thin"}
"""Families named without letters; all others are sold as desktops."""
_NUMBER = re.compile(r"\b[a-z]{0,2}\d{3,5}([a-z]{0,2}\d?[a-z]?)\b")
"""A number of three to five digits and the letters behind it: i7-1165G7, 7840HS, N100."""
_LETTERS: tuple[tuple[str, PowerClass], ...] = (
    (r"u|y|g\d|v|p|c", "thin"),
    (r"h|hs|hx|hk|hq|qm|mq|m|hx3d", "laptop"),
    (r"t|te|ge|l", "saving"),
)
"""Letters behind the number -> class: 15 to 28 W, 35 to 55 W, desktops of 35 W
(https://www.intel.com/content/www/us/en/processors/processor-numbers.html; AMD's Ryzen numbers use the
same letters)."""


@lru_cache(maxsize=KEPT_ANSWERS)
def power_class(brand: str) -> PowerClass | None:
    """The class of the processor *brand* by the letters of its number and the segment of its family; None
    for a family the catalogue does not know, and for Apple's, whose names tell of size rather than power."""
    row = find_cpu(brand)
    if row is None or row.vendor == "Apple":
        return None
    if any(word in row.segment for word in _BOARDS):
        return "board"
    if any(word in row.segment for word in _SERVERS):
        return "server"
    name = re.sub(r"\((r|tm)\)|\bw(ith|/) .*|@.*|\b\d+-core\b", " ", brand.lower())
    behind = (_NUMBER.findall(name) or [""])[-1]
    for letters, power in _LETTERS:
        if re.fullmatch(letters, behind):
            return power
    return _SEGMENTS.get(row.segment, "desktop")
