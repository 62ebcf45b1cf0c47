"""How fast people read and how long they wait."""

from __future__ import annotations

import pytest

from advisor.recommendation.reading import PATIENCE_S, READING_TOKENS_PER_S


def test_238_words_a_minute_are_five_tokens_a_second():
    """A token is three quarters of a word; a wait of ten seconds loses attention."""
    assert (READING_TOKENS_PER_S, PATIENCE_S) == (pytest.approx(5.29, abs=0.01), 10.0)
