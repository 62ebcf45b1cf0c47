"""Other tools' published formulas."""

import pytest

from advisor.evaluation.local_speed.peers import PEERS


@pytest.mark.parametrize(
    ("peer", "expected"),
    [("llmfit", 135.4), ("whichllm", 120.3), ("chimeraforge", 98.2), ("canitrun", 246.0)],
)
def test_peers_answer_what_they_print(row, peer, expected):
    """Qwen3-8B Q4_K_M on an RTX 4090 (1008 GB/s): the tools' own answers, within 3 % (their tables round
    sizes)."""
    assert PEERS["decode"][peer](row()) == pytest.approx(expected, rel=0.03)
