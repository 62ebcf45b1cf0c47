"""Other tools' penalties."""

from __future__ import annotations

import pytest

from advisor.evaluation.accuracy.peers import PEERS
from advisor.prediction.accuracy.features import ModelFacts, SchemeFacts
from advisor.training.accuracy.rows import Row


@pytest.mark.parametrize(
    ("scheme", "name", "expected"),
    [
        (SchemeFacts("gguf-k", 4.85), "Q4_K_M", [5, 5, -1.76 / 0.8, None]),
        (SchemeFacts("gptq", 4.0, 128), "W4A16-INT-gptq-g128", [3.0, 5.0, 0.0, 8.0]),
        (SchemeFacts("fp8", 8.0, 0, "fp8"), "W8A8-FP-dynamic", [5.0, 2.0, 0.0, 0.0]),
        (SchemeFacts("exl3", 3.0), "EXL3-3.0bpw", [5.0, None, None, None]),
    ],
)
def test_each_peer_says_what_its_table_says(scheme: SchemeFacts, name: str, expected: list[float]) -> None:
    """In percent of the score; None where a tool has no entry."""
    model = ModelFacts("m", "f", 8, 8, 2024, "base")
    row = Row(
        kind="task", y=0, sigma=1, scheme=scheme, model=model, source="s", cell=("m", name), score=(78, 80)
    )
    assert expected == [formula(row) for formula in PEERS.values()]
