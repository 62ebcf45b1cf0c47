"""What strangers wrote, made safe to print or to put into Markdown: names, notes, messages out of files."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")
_COMMANDS = ("run_command", "make_command")
"""Fields of several lines, written by us."""
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_BIDI = {code: f"\\u{code:04x}" for code in (0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))}
"""Marks that turn the direction of a line or end it (Unicode TR 36, section 3.2)."""
_SAFE = {**_CONTROL, **_BIDI, 9: " "}
_SAFE_LINES = {code: text for code, text in _SAFE.items() if code != 10}
_MARKUP = re.compile(r"([\\`*\[\]<>|~])")
"""What begins markup inside a line (GitHub Flavored Markdown, sections 2.4 and 6)."""
_SURROGATES = range(0xD800, 0xE000)


def clean(text: str, *, lines: bool = False) -> str:
    """*text* without characters that steer a terminal: escape sequences, line ends (kept with
    *lines*), marks of direction and lone surrogates, each written as its escape."""
    text = text.translate(_SAFE_LINES if lines else _SAFE)
    if any(ord(c) in _SURROGATES for c in text):
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def escaped(text: str) -> str:
    """*text* for a line of Markdown: every character that begins markup escaped."""
    return _MARKUP.sub(r"\\\1", text)


def cleaned(document: T) -> T:
    """*document* with every string in it made safe to print; our own commands keep their lines."""
    return _cleaned(document, "")  # type: ignore[no-any-return]


def _cleaned(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return clean(value, lines=name in _COMMANDS)
    if isinstance(value, dict):
        return {_cleaned(key, ""): _cleaned(item, str(key)) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(_cleaned(item, name) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for field in fields(value):
            before = getattr(value, field.name)
            after = _cleaned(before, field.name)
            if after != before:
                changed[field.name] = after
        return replace(value, **changed) if changed else value
    return value
