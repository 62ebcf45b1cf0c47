"""What one token costs which device."""

from __future__ import annotations

import pytest

from advisor.prediction.local_speed.work import LOCALSCORE_MIXES, SMALL_BATCH, phase_of, written_together


@pytest.mark.parametrize(
    ("sequences", "phase", "tokens"),
    [(1, "decode", 512.0), (SMALL_BATCH, "decode", 512.0), (9, "prefill", 9)],
)
def test_many_answers_at_once_are_a_prompts_micro_batch(work, sequences, phase, tokens):
    """Up to eight columns are multiplied as vectors; wider batches take the kernels that prompts take."""
    found = written_together(work(), sequences)
    assert (phase_of(found), found.prompt_tokens, found.sequences) == (phase, tokens, sequences)


def test_localscore_averages_nine_mixes():
    """From short questions with long answers to long prompts with short ones."""
    assert (len(LOCALSCORE_MIXES), min(LOCALSCORE_MIXES), max(LOCALSCORE_MIXES)) == (
        9,
        (16, 1536),
        (4096, 256),
    )
