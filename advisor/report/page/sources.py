"""The published tables that evidence names, each with its link."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from advisor.data import folder
from advisor.documents.origin import Origin, read_origin

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*[A-Za-z0-9]")
_SCHEMES = ("https://", "http://")


def named_sources(*values: Any) -> list[tuple[str, Origin]]:
    """Name and origin of every table of `measurements/` that a text anywhere in *values* names, by name."""
    tables = {path.stem: path for path in folder("measurements").glob("*/*.csv")}
    words = {word for text in _texts(values) for word in _WORD.findall(text)}
    return [(name, read_origin(tables[name])) for name in sorted(words & tables.keys())]


def link(url: str) -> str:
    """*url* where it leads to a page, else ''; a `javascript:` address is none."""
    return url if url.lower().startswith(_SCHEMES) else ""


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from _texts(getattr(value, part.name))
