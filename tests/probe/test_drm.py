"""AMD and Intel GPUs as the kernel shows them."""

from __future__ import annotations

import pytest

from advisor.probe.drm import gfx_name


@pytest.mark.parametrize(
    ("version", "name"), [(110501, "gfx1151"), (90010, "gfx90a"), (90402, "gfx942"), (110000, "gfx1100")]
)
def test_gfx_name(version: int, name: str) -> None:
    """KFD writes the target as decimal digits; minor and stepping are hexadecimal in the name."""
    assert name == gfx_name(version)
