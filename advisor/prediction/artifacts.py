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
    document: dict[str, Any] = json.loads(_whole(name))
    return document


@cache
def entry(name: str, key: str) -> Any:
    """The entry *key* of the part *name*: of a file of many models or devices it alone is taken apart, each
    having a line of its own. None when there is none; NotMeasuredError as `load`.
    """
    whole, start = _whole(name), f"\n {json.dumps(key)}: ".encode()
    at = whole.find(start)
    if at < 0:
        return None
    line = whole[at + len(start) : whole.index(b"\n", at + 1)]
    return json.loads(line.rstrip(b"\r,"))


@cache
def _whole(name: str) -> bytes:
    try:
        return (FOLDER / f"{name}.json").read_bytes()
    except FileNotFoundError:
        raise NotMeasuredError(f"the fitted part {name!r} is missing; run `advisor fit`") from None
