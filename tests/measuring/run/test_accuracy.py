"""Damage of quantized files: sums of chunks, what follows from them, and how an interrupted run is found."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from advisor.errors import BadFileError
from advisor.measuring.run.accuracy import compare, figures, identity, run_key, totalled

LIKELY = np.log(np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]))
"""Logits of two tokens whose probabilities are known."""
FLAT = np.zeros((2, 3))


def test_a_file_beside_itself_has_no_damage() -> None:
    """No divergence, a ratio of 1, full agreement."""
    found = figures(compare(LIKELY, LIKELY, [0, 1]))
    assert [found[name][0] for name in ("ppl_ratio", "kld_mean", "top1_agreement_pct")] == [1.0, 0.0, 100.0]
    assert found["ppl"][0] == pytest.approx(2.0)


def test_a_flat_guess_diverges_by_what_the_reference_knows() -> None:
    """KLD is log 3 less the entropy of (1/2, 1/4, 1/4); perplexity is the vocabulary."""
    found = figures(compare(LIKELY, FLAT, [0, 1]))
    assert found["ppl"][0] == pytest.approx(3.0)
    assert found["ppl_ratio"][0] == pytest.approx(1.5)
    assert found["kld_mean"][0] == pytest.approx(math.log(3) - 1.5 * math.log(2))
    assert found["top1_agreement_pct"][::2] == (50.0, 2)


def test_figures_that_are_no_numbers_are_refused() -> None:
    """A damaged file shows as such, not as a perplexity."""
    with pytest.raises(BadFileError, match="figures that are no numbers"):
        compare(LIKELY, np.full((2, 3), np.nan), [0, 1])


def test_chunks_add_up_in_any_order_and_to_the_number_asked_for() -> None:
    """An interrupted run goes on where it stopped, and a shorter one is a part of a longer one."""
    one, two = compare(LIKELY, FLAT, [0, 1]), compare(FLAT, LIKELY, [2, 2])
    assert totalled({1: two, 0: one}) == totalled({0: one, 1: two})
    assert totalled({1: two, 0: one}, 1) == one
    assert totalled({0: one, 1: two})["n"] == 4


def test_a_run_is_known_by_its_files_text_length_and_engine(tmp_path: Path) -> None:
    """The same question twice, and each way to ask another one."""
    paths = [tmp_path / name for name in ("reference", "a", "b")]
    for path in paths:
        path.write_bytes(path.name.encode() * 1000)
    reference, a, b = paths
    same = run_key(reference, a, "text", 512, "1")
    assert same == run_key(reference, a, "text", 512, "1")
    others = {
        run_key(reference, b, "text", 512, "1"),
        run_key(reference, a, "words", 512, "1"),
        run_key(reference, a, "text", 256, "1"),
        run_key(reference, a, "text", 512, "2"),
    }
    assert len(others | {same}) == 5


def test_a_file_is_known_by_its_size_and_ends(tmp_path: Path) -> None:
    """One byte more is another file, wherever it lies; the same bytes under another name are the same."""
    for name, content in (("a", b"x" * 99), ("b", b"x" * 99), ("c", b"x" * 100)):
        (tmp_path / name).write_bytes(content)
    a, b, c = (identity(tmp_path / name) for name in "abc")
    assert a == b
    assert a.startswith("99:")
    assert c != a
