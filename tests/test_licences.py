"""What an installation brings with it may be used and passed on by anybody."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

LICENCES = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "licences.py"), run_name="licences")


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib", True),
        ("Apache Software License", True),
        ("GPL-3.0-or-later", False),
        ("MIT OR AGPL-3.0", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_which_licences(licence: str, allowed: bool):
    """Permissive ones pass; copyleft on everything, and silence, do not."""
    assert allowed == LICENCES["is_allowed"](licence)


def test_every_dependency_passes(capsys: pytest.CaptureFixture[str]):
    """Each package that is installed with the advisor states one of them."""
    assert 0 == LICENCES["main"](), capsys.readouterr().out
