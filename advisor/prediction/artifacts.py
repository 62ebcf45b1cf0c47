"""Reading the fitted artifact: plain JSON files beside this module, written by `advisor fit`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from advisor.errors import NotMeasuredError

FOLDER = Path(__file__).parent / "artifact"


@cache
def load(name: str) -> dict[str, Any]:
    """The part *name* of the artifact (`decision`, `accuracy` …);
    NotMeasuredError when it was never fitted.
    """
    path = FOLDER / f"{name}.json"
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document
    except FileNotFoundError:
        raise NotMeasuredError(f"the fitted part {name!r} is missing; run `advisor fit`") from None
