"""A known weakness that a newer version mends fails the audit; an audit of nothing says so."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

AUDIT = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "audit.py"), run_name="audit")
SOUND = {"name": "rich", "version": "15.0.0", "vulns": []}


def weak(*fixed: str) -> dict[str, Any]:
    """What pip-audit prints of a package with a known weakness."""
    weakness = {"id": "PYSEC-2019-217", "fix_versions": list(fixed), "aliases": [], "description": ""}
    return {"name": "jinja2", "version": "2.10", "vulns": [weakness]}


@pytest.mark.parametrize(
    ("found", "last", "mendable"),
    [
        ([SOUND, weak("2.10.1")], "jinja2 2.10: PYSEC-2019-217, mended in 2.10.1", True),
        ([weak()], "jinja2 2.10: PYSEC-2019-217, no version mends it yet", False),
        ([SOUND], "asked about 1 of 1 packages", False),
        (
            [{"name": "rich", "skip_reason": "not found"}],
            "the package index in use says nothing of weaknesses: nothing was audited",
            False,
        ),
    ],
)
def test_what_fails(found: list[dict[str, Any]], last: str, mendable: bool):
    """Only what can be mended; what could not be asked is said."""
    lines, fails = AUDIT["judged"](found)
    assert (last, mendable) == (lines[-1], fails)
