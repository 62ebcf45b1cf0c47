"""Documents to and from plain JSON values.

Writing is done here without pydantic, so that an answer costs nothing to print; reading validates with
pydantic, imported only when a document comes from outside.
"""

from __future__ import annotations

import json
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from advisor.errors import BadFileError

_COUNTED, _MOST_COUNTED = ("n_layers", "n_experts", "nodes", "sockets"), 100_000
"""What is looped over one by one: a larger number is a slip or an attack, and would cost all memory."""
_SIGNIFICANT_DIGITS = 6
"""Printed digits of a float: far beyond any interval here, and stable across platforms' last bits."""


def plain(value: Any) -> Any:
    """*value* as dicts, lists and scalars; floats to six significant digits, an infinity as None."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if not isfinite(value):
            return None
        if not value.is_integer():
            value = float(f"{value:.{_SIGNIFICANT_DIGITS}g}")
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    names = value.__dataclass_fields__
    return {name: plain(getattr(value, name)) for name in names}


def dumps(value: Any, *, indent: int | None = 2) -> str:
    """*value* as JSON text: same input, same bytes."""
    return json.dumps(plain(value), indent=indent, ensure_ascii=False, allow_nan=False)


@cache
def _adapter(kind: type) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def parse(kind: type, value: Any, *, what: str) -> Any:
    """The plain *value* as a document of *kind*; BadFileError names the first field that is wrong."""
    from pydantic import ValidationError

    if not isinstance(value, dict):
        raise BadFileError(f"{what} must be a JSON object, not {type(value).__name__}")
    expected = getattr(kind, "__dataclass_fields__", {}).get("schema_version")
    version = value.get("schema_version")
    if (
        expected is not None
        and version is not None
        and str(version).split(".")[0] != expected.default.split(".")[0]
    ):
        raise BadFileError(
            f"{what} has schema_version {version!r}; this version reads {expected.default}: "
            "write it again with this advisor"
        )
    _refuse_unknown_fields(kind, value, what, "")
    _refuse_impossible_numbers(value, what, "")
    try:
        return _adapter(kind).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise BadFileError(f"{what}: {where}: {first['msg']}") from None


def _refuse_unknown_fields(kind: type, value: Any, what: str, where: str) -> None:
    """A misspelt field would be dropped silently, and its figure with it."""
    from typing import get_args, get_type_hints

    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _refuse_unknown_fields(kind, item, what, f"{where}{index}.")
        return
    if not isinstance(value, dict):
        return
    hints = get_type_hints(kind)
    unexpected = sorted(set(value) - set(kind.__dataclass_fields__))
    if unexpected:
        raise BadFileError(f"{what} has an unknown field {(where + unexpected[0])!r}; see `advisor schema`")
    for name, item in value.items():
        parts = (hints[name], *get_args(hints[name]))
        nested = [part for part in parts if hasattr(part, "__dataclass_fields__")]
        if nested:
            _refuse_unknown_fields(nested[0], item, what, f"{where}{name}.")


def _refuse_impossible_numbers(value: Any, what: str, where: str) -> None:
    """Every quantity in our documents is a size, a rate or a count: none is negative, none is NaN."""
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_impossible_numbers(item, what, f"{where}.{key}" if where else str(key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _refuse_impossible_numbers(item, what, f"{where}.{index}")
    elif isinstance(value, float) and not isfinite(value):
        raise BadFileError(f"{what}: {where} is {value}; give a finite number or null")
    elif isinstance(value, int) and where.rpartition(".")[2] in _COUNTED and value > _MOST_COUNTED:
        raise BadFileError(f"{what}: {where} is {value}; no model or machine has more than {_MOST_COUNTED}")
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        raise BadFileError(f"{what}: {where} is {value}; it cannot be negative")


def load_json(path: str | Path) -> Any:
    """The JSON value in the file *path*; BadFileError when it is absent, unreadable or not JSON."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise BadFileError(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BadFileError(f"{path} is not UTF-8 text") from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, or a number of thousands of digits
        raise BadFileError(f"{path} is not JSON: {error}") from None
