"""Facts that cannot change before the next boot, kept so that the second probe is fast."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from advisor.data import home
from advisor.documents.written import replace_file


def cached(name: str, make: Callable[[], Any]) -> Any:
    """The value kept under *name* since this boot, else what *make* returns (kept when it is not None)."""
    facts = read()
    if name in facts:
        return facts[name]
    value = make()
    if value is not None:
        write(name, value)
    return value


def read() -> dict[str, Any]:
    """All facts of this boot; empty when there are none or they cannot be read."""
    try:
        kept = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept.get("facts", {}) if isinstance(kept, dict) and kept.get("boot") == _boot() else {}


def write(name: str, value: Any) -> None:
    """Keep *value*; a folder that cannot be written only costs the next probe its speed."""
    _replace({**read(), name: value})


def forget(name: str) -> Any:
    """Drop what is kept under *name*; returns it, None when there was nothing."""
    facts = read()
    value = facts.pop(name, None)
    if value is not None:
        _replace(facts)
    return value


def _replace(facts: dict[str, Any]) -> None:
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps({"boot": _boot(), "facts": facts}).encode())
    except OSError:
        return


def _boot() -> str:
    """What differs from boot to boot: the kernel's boot id, else the host name alone."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        import platform

        return platform.node()


def _path() -> Path:
    """The user's cache folder, by the platform's custom (platformdirs would cost more than reading the
    file).
    """
    if override := os.environ.get("ADVISOR_CACHE_DIR"):
        return Path(override) / "boot.json"
    if sys.platform == "darwin":
        base = home() / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home()))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home() / ".cache")
    return base / "quant-advisor" / "boot.json"
