"""All parts of the artifact: fitted in turn, written whole or not at all,
the same bytes for the same data.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from advisor.documents.written import replace_file
from advisor.errors import UnknownNameError
from advisor.prediction.artifacts import FOLDER
from advisor.sizing.fitted import FOLDER as SIZES_FOLDER

PARTS = {
    "sizes": "advisor.training.sizes.fitted",
    "decision": "advisor.training.decision",
    "quality": "advisor.training.accuracy.quality",
    "accuracy": "advisor.training.accuracy.fitted",
    "serving_speed": "advisor.training.serving_speed.fitted",
    "local_speed": "advisor.training.local_speed.fitted",
}
"""Part -> the module whose `fit()` returns its document, or several documents by file name under `files`."""


def home(part: str) -> Path:
    """The folder of the package that reads *part*."""
    return SIZES_FOLDER if part == "sizes" else FOLDER


def fit_all(
    parts: tuple[str, ...],
    folder: Path | None = None,
    *,
    write: bool,
    progress: Callable[[float, str], None] = lambda done, what: None,
) -> dict[str, str]:
    """Fit *parts* into *folder*, or each into the folder it is read from; returns file name -> 'written',
    'same' or, with write=False, 'changed'."""
    for part in parts:
        if part not in PARTS:
            raise UnknownNameError("part", part, tuple(PARTS))
    states = {}
    for index, part in enumerate(parts):
        progress(index / len(parts), f"fitting {part}")
        for name, text in documents(part).items():
            states[name] = _store((folder or home(part)) / name, text, write)
    progress(1.0, "fitted")
    return states


def documents(part: str) -> dict[str, str]:
    """File name -> JSON text of one part."""
    from threadpoolctl import threadpool_limits

    # Sums split over threads differ in their last digits, and iterations carry those into the figures.
    with threadpool_limits(limits=1):
        found = import_module(PARTS[part]).fit()
    files: dict[str, Any] = found.pop("files", {})
    return {f"{name}.json": as_text(document) for name, document in {part: found, **files}.items()}


def as_text(document: Any) -> str:
    """Plain JSON: keys sorted, one line per top-level entry,
    so that a refit shows as a readable difference.
    """
    lines = [
        f" {json.dumps(key)}: "
        f"{json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False, allow_nan=False)}"
        for key, value in sorted(document.items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _store(path: Path, text: str, write: bool) -> str:
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return "same"
    if not write:
        return "changed"
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())
    return "written"
