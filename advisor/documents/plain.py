"""Documents to and from plain JSON values.

Writing is done here without pydantic, so that an answer costs nothing to print; reading validates with
pydantic, imported only when a document comes from outside.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from functools import cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from advisor.errors import BadFileError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_Document = TypeVar("_Document")
_SIGNIFICANT_DIGITS = 6
"""Printed digits of a float: far beyond any interval here, and stable across platforms' last bits."""
_WHOLE = 2**53
"""Up to here a float without a fraction is one whole number and no other."""


def plain(value: Any) -> Any:
    """*value* as dicts, lists and scalars; floats to six significant digits, an infinity as None."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if not isfinite(value):
            return None
        return _whole(value if value.is_integer() else float(f"{value:.{_SIGNIFICANT_DIGITS}g}"))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}


def _whole(value: Any) -> Any:
    """Floats without a fraction as whole numbers, as JSON Schema counts them, at any depth."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _WHOLE else value
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_whole(item) for item in value]
    return value


def dumps(value: Any, *, indent: int | None = 2) -> str:
    """*value* as JSON text: same input, same bytes."""
    return json.dumps(plain(value), indent=indent, ensure_ascii=False, allow_nan=False)


@cache
def _reader(kind: Hashable) -> TypeAdapter[Any]:
    """Takes no text for a number, no field it does not know, neither NaN nor infinity, at any depth."""
    from pydantic import ConfigDict, TypeAdapter

    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    # A configuration reaches what is inside a list, a bare dataclass takes none.
    return TypeAdapter(list[kind], config=config)  # type: ignore[valid-type]


def parse(kind: type[_Document], value: Any, *, what: str) -> _Document:
    """The plain *value* as a document of *kind*; BadFileError names the first field that is wrong."""
    from pydantic import ValidationError

    if not isinstance(value, dict):
        raise BadFileError(f"{what} must be a JSON object, not {type(value).__name__}")
    _refuse_other_version(kind, value, what)
    try:
        documents: list[_Document] = _reader(cast("Hashable", kind)).validate_json(
            json.dumps([_whole(value)])
        )
        return documents[0]
    except ValidationError as error:
        raise BadFileError(f"{what} {_first_fault(error.errors()[0])}") from None
    except RecursionError:
        raise BadFileError(f"{what} is nested too deeply to be one of ours") from None


def _refuse_other_version(kind: type, value: dict[str, Any], what: str) -> None:
    expected = getattr(kind, "__dataclass_fields__", {}).get("schema_version")
    version = value.get("schema_version")
    if expected is None or version is None:
        return
    if str(version).split(".")[0] != expected.default.split(".")[0]:
        raise BadFileError(
            f"{what} has schema_version {str(version)[:20]!r}; this version reads {expected.default}: "
            "write it again with this advisor"
        )


_TYPES = ("str", "int", "float", "bool")


def _first_fault(fault: Any) -> str:
    """What pydantic found first, with the field's place in the document."""
    # pydantic puts the member of a union it tried between the names of fields.
    named = [str(part) for part in fault["loc"][1:] if str(part).replace("_", "").isalnum()]
    where = ".".join(part for part in named if part not in _TYPES and not part[0].isupper())
    given = repr(fault["input"])[:60]
    if fault["type"] == "unexpected_keyword_argument":
        return f"has an unknown field {where!r}; see `advisor schema`"
    if fault["type"] == "missing":
        return f"lacks the field {where!r}; see `advisor schema`"
    if fault["type"] == "json_invalid":
        return f"is not JSON that can be read: {fault['msg']}"
    said = fault["msg"].replace("Input should be", "it must be", 1)
    if fault["type"] == "greater_than_equal":
        least = fault["ctx"]["ge"]
        said = f"it must be at least {least:g}" if least else "it cannot be negative"
    return f"cannot be read: {where} is {given}; {said}"


def load_json(path: str | Path) -> Any:
    """The JSON value in the file *path*; BadFileError when it is absent, unreadable or not JSON."""
    from advisor.documents.files import read_text  # deferred: an answer about a named machine reads none

    return json_value(read_text(path), str(path))


def json_value(text: str, what: str) -> Any:
    """The JSON value that *text* is; BadFileError, naming *what*, when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, or a number of thousands of digits
        raise BadFileError(f"{what} is not JSON: {error}") from None
