"""A scheme beside the choice."""

from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.other_schemes import beside


def test_what_another_scheme_gives_and_costs():
    """Each axis on which they differ is named with its amount; a row beside itself has none."""
    answers = Answers(hardware="RTX 4090", model="Llama-3.1-8B", engines="llama.cpp")
    rows = {row.scheme: row for row in Conversation(answers, probe=lambda: None).ask(answers).table.rows}
    small, large = rows["Q4_K_M"], rows["Q8_0"]
    less = (large.file_size_bytes.value - small.file_size_bytes.value) / 1e9
    said = beside(small, large)
    assert f"{less:.3g} GB smaller" in said
    assert "faster" in said
    assert "more lost" in said
    assert beside(large, large) == "the same figures"
