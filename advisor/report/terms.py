"""The terms behind a figure as indented lines."""

from __future__ import annotations

from typing import Any

from advisor.report.sentences import plain_source
from advisor.report.terminal import cleaned

_ESTIMATE = {"value", "low", "high", "basis"}
_GB = ("bytes", "weights", "file")
_VERBATIM = ("by type", "by role")


def explanation_text(found: dict[str, Any]) -> str:
    """The document of `advisor explain` as a page of text."""
    found = cleaned(found)
    text = [f"{found['scheme']} of {found['model']} on {found['engine']}, {found['hardware']}"]
    for title, section in found["sections"].items():
        text += ["", title.capitalize(), *lines(section, 1, above=title)]
    if found["notes"]:
        text += ["", "Notes", *(f"  - {note}" for note in found["notes"])]
    return "\n".join(text)


def lines(value: Any, depth: int = 0, above: str = "") -> list[str]:
    """A section of `explain` as text: figures with intervals, sources beneath the figure they carry."""
    pad = "  " * depth
    if not isinstance(value, dict):
        return [f"{pad}{scalar(value)}"]
    found = []
    for key, item in value.items():
        name, unit = words(str(key), above), f"{above} {key}"
        if _is_estimate(item):
            found.append(f"{pad}{name}: {figure(item, unit)}")
            found += [f"{pad}    {plain_source(source)}" for source in item.get("evidence") or ()]
        elif isinstance(item, dict) and item:
            found += [f"{pad}{name}:", *lines(item, depth + 1, unit)]
        elif isinstance(item, (list, tuple)) and item:
            found.append(f"{pad}{name}:")
            for part in item:
                found += _entry(part, depth + 1)
        else:
            found.append(f"{pad}{name}: {scalar(item, unit)}")
    return found


def words(key: str, above: str = "") -> str:
    """The name of a term in words, without the unit its value states; names of tensors stay as they are."""
    if any(kind in above for kind in _VERBATIM):
        return key
    for unit in ("_bytes_per_s", "_bytes", "_pct"):
        key = key.removesuffix(unit)
    return key if any(letter.isupper() for letter in key) else key.replace("_", " ").strip()


def figure(item: dict[str, Any], name: str = "") -> str:
    """Value, interval and basis of an estimate."""
    value = scalar(item["value"], name)
    if item["basis"] == "exact":
        return f"{value} (exact)"
    return f"{value} ({scalar(item['low'], name)} to {scalar(item['high'], name)}, {item['basis']})"


def scalar(value: Any, name: str = "") -> str:
    """One value with its unit, as its name tells it: memory in GiB, other bytes in GB, percent."""
    if value is None or value in ((), [], {}):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return " + ".join(map(str, value))
    if isinstance(value, (int, float)) and any(word in name for word in _GB):
        if abs(value) >= 1e6:
            return _bytes(value, name)
        if "bytes" in name and "per_s" not in name:
            return f"{value:,.0f} bytes"
    if isinstance(value, (int, float)) and "_pct" in name:
        return f"{value:.4g} %"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _bytes(value: float, name: str) -> str:
    if "per_s" in name:
        return f"{value / 1e9:.4g} GB/s"
    return f"{value / 2**30:.3f} GiB" if name.startswith("memory") else f"{value / 1e9:.3f} GB"


def _entry(part: Any, depth: int) -> list[str]:
    pad = "  " * depth
    if isinstance(part, dict):
        return [
            pad
            + "- "
            + ", ".join(f"{words(str(name))} {scalar(item, str(name))}" for name, item in part.items())
        ]
    return [f"{pad}- {scalar(part)}"]


def _is_estimate(item: Any) -> bool:
    return isinstance(item, dict) and set(item) >= _ESTIMATE
