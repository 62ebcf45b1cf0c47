"""Made-up measurements that claims are judged by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest


@pytest.fixture
def table() -> Callable[..., pd.DataFrame]:
    """Rows of `accuracy.frame`: twenty of each of the given cells, from sources of their own."""
    usual = {
        "kind": "task",
        "category": "math",
        "dataset": "GSM8K",
        "model": "m",
        "params_b": 8.0,
        "act": "",
        "kv_bits": 16.0,
        "group": 128,
    }

    def made(*cells: dict[str, Any]) -> pd.DataFrame:
        return pd.DataFrame([{**usual, "source": f"s{i}", **cell} for cell in cells for i in range(20)])

    return made
