"""What an answer says beside its plan."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("machine", "offered"), [("H200 SXM", True), ("RTX 4090", False)])
def test_measuring_offers_itself_where_little_is_known(ask, machine, offered):
    """Of a card nobody measured the speed is known within a factor of four: minutes with random weights bring
    that below three. Of a card that dozens measured nothing is offered."""
    answer = ask("Llama-3.1-8B", machine, engine=("llama.cpp",), scheme=("Q8_0",))
    lines = [line for line in answer.warnings if "advisor measure speed --synthetic Llama-3.1-8B" in line]
    assert offered == bool(lines)
    decode = answer.recommendation.predicted.decode_tokens_per_s
    words = f"within a factor of {decode.high / decode.low:.1f} only"
    assert [] == [line for line in lines if words not in line]
