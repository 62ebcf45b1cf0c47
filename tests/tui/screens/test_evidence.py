"""What a figure is made of."""

import pytest

from advisor.report.terms import lines
from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation, evidence
from advisor.tui.screens.evidence import sources

ANSWERS = Answers(hardware="RTX 4090", model="Qwen3-8B", engines="llama.cpp", context="4096")


@pytest.fixture(scope="module")
def reply():
    """One answer."""
    return Conversation(ANSWERS, probe=lambda: None).ask(ANSWERS)


LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")


def test_sources_have_titles_and_links():
    """A table that a figure names stands by its title and link; a word that is no table is none."""
    found = sources({"speed": {"decode": ["4 rows (exllama_readme, no_such_table)"]}, "size": {}})
    assert len(found["speed"]) == 1
    assert "https://" in found["speed"][0]
    assert found["size"] == ()


async def test_links_stand_below_the_sentences(start):
    """The speed of a plan names who measured it."""
    async with start((120, 40), answers=LLAMA, at="t") as driver:
        await driver.press("enter", "right", "right")
        assert "Measured by" in driver.text
        assert "https://" in driver.text


def test_evidence_is_words_with_sources(reply):
    """Every section of the recommended plan has lines; figures name their basis, bytes are in GB."""
    sections = evidence(reply, reply.document.recommendation)
    for name in ("size", "memory", "speed", "accuracy"):
        assert lines(sections[name])
    text = "\n".join(lines(sections["size"]))
    assert "weights:" in text
    assert " GB (" in text
    assert lines({"term_seconds": 1.0}) == ["term seconds: 1"]


def test_evidence_keeps_names_and_units():
    """Types and tensors are written as they are called; memory is in GiB, and few bytes say so too."""
    size = {"tensors by type": {"Q6_K": 37}, "bytes by role": {"token_embd": 350_000_000, "other": 256}}
    assert lines(size, above="size") == [
        "tensors by type:",
        "  Q6_K: 37",
        "bytes by role:",
        "  token_embd: 0.350 GB",
        "  other: 256 bytes",
    ]
    assert lines({"weights_bytes": 3 << 30}, above="memory") == ["weights: 3.000 GiB"]
    assert lines({"loss_upper_pct": {"math": 0.5}}) == ["loss upper:", "  math: 0.5 %"]


def test_a_ruled_out_row_has_no_evidence(reply):
    """Nothing was computed, so nothing is shown."""
    row = next(row for row in reply.table.rows if row.engine is None)
    assert evidence(reply, row) == {}
