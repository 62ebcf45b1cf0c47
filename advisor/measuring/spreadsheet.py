"""Cells of an exported table that a spreadsheet would run as a formula, and back.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def behind_apostrophe(cell: Any) -> Any:
    """A text that begins as a formula, or as one behind apostrophes, with an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip("'").startswith(_FORMULA) else cell


def without_apostrophe(cell: Any) -> Any:
    """The reverse; whatever else begins with an apostrophe keeps it."""
    quoted = isinstance(cell, str) and cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA)
    return cell[1:] if quoted else cell
