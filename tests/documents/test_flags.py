"""The vocabulary of doubts."""

from __future__ import annotations

import re

from advisor.documents.flags import FLAGS


def test_a_flag_is_one_word_with_one_line() -> None:
    """Cells join them by ';'; a reader of a table looks one up in the order of the alphabet."""
    assert [flag for flag in FLAGS if not re.fullmatch(r"[a-z0-9_]+", flag)] == []
    assert [flag for flag, meaning in FLAGS.items() if not meaning or "\n" in meaning] == []
    assert list(FLAGS) == sorted(FLAGS)


def test_two_flags_never_mean_the_same() -> None:
    """One doubt, one word."""
    assert len(set(FLAGS.values())) == len(FLAGS)
