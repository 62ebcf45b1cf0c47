"""The real rows, read once."""

from __future__ import annotations

import pytest

from advisor.training.accuracy.rows import Row, rows
from advisor.training.data.tables import load


@pytest.fixture(scope="session")
def measured() -> list[Row]:
    """Every usable row of the accuracy tables."""
    return rows(load("accuracy"))
