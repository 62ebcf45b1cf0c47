"""The terms behind a figure as indented lines."""

from __future__ import annotations

from typing import Any

_ESTIMATE = {"value", "low", "high", "basis"}
_GB = ("bytes", "weights", "file")


def lines(value: Any, depth: int = 0, above: str = "") -> list[str]:
    """A section of `explain` as text: figures with intervals, sources beneath the figure they carry."""
    pad = "  " * depth
    if not isinstance(value, dict):
        return [f"{pad}{scalar(value)}"]
    found = []
    for key, item in value.items():
        name, unit = str(key).replace("_bytes_per_s", "").replace("_", " ").strip(), f"{above} {key}"
        if _is_estimate(item):
            found.append(f"{pad}{name}: {figure(item, unit)}")
            found += [f"{pad}    from {source}" for source in item.get("evidence") or ()]
        elif isinstance(item, dict) and item:
            found += [f"{pad}{name}:", *lines(item, depth + 1, unit)]
        elif isinstance(item, (list, tuple)) and item:
            found.append(f"{pad}{name}:")
            for part in item:
                found += _entry(part, depth + 1)
        else:
            found.append(f"{pad}{name}: {scalar(item, unit)}")
    return found


def figure(item: dict[str, Any], name: str = "") -> str:
    """Value, interval and basis of an estimate."""
    value = scalar(item["value"], name)
    if item["basis"] == "exact":
        return f"{value} (exact)"
    return f"{value} ({scalar(item['low'], name)} to {scalar(item['high'], name)}, {item['basis']})"


def scalar(value: Any, name: str = "") -> str:
    """One value; bytes as GB where the name says that they are bytes."""
    if value is None or value in ((), [], {}):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)) and abs(value) >= 1e6 and any(word in name for word in _GB):
        return f"{value / 1e9:.4g} GB/s" if "per_s" in name else f"{value / 1e9:.3f} GB"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _entry(part: Any, depth: int) -> list[str]:
    pad = "  " * depth
    if isinstance(part, dict):
        return [pad + "- " + ", ".join(f"{name} {scalar(item, str(name))}" for name, item in part.items())]
    return [f"{pad}- {scalar(part)}"]


def _is_estimate(item: Any) -> bool:
    return isinstance(item, dict) and set(item) >= _ESTIMATE
