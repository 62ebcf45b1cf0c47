"""One row of each predictor's kind, as a table of new measurements holds it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from advisor.documents.columns import COLUMNS
from advisor.training.data import tables

CELLS = {
    "speed_local": {"hardware": "RTX 4090", "engine": "llama.cpp", "scheme": "Q4_K_M", "phase": "decode"},
    "speed_serving": {
        "hardware": "H100 SXM",
        "engine": "vllm",
        "scheme": "W8A8-FP-dynamic",
        "phase": "serving",
    },
    "accuracy": {"variant": "instruct", "method": "gguf-k", "scheme": "Q3_K_M", "metric": "accuracy_pct"},
}
USUAL = {"model": "Llama-3.1-8B", "params_b": "8.03", "source_id": "mine", "n": "1", "flags": ""}


@pytest.fixture
def rows() -> Callable[..., pd.DataFrame]:
    """(kind, cells of one row) -> its frame with catalogue names."""

    def made(kind: str, **cells: str) -> pd.DataFrame:
        row = dict.fromkeys(COLUMNS[kind], "") | USUAL | CELLS[kind] | cells
        return tables.unified(kind, pd.DataFrame([row])[list(COLUMNS[kind])])

    return made
