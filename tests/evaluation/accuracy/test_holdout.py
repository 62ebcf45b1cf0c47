"""The holdout that no setting was chosen on."""

from __future__ import annotations

from advisor.evaluation.accuracy.holdout import holdout, is_held, is_held_group
from advisor.training.accuracy.rows import Row


def test_the_holdout_is_a_fifth_of_the_names_and_its_fit_never_saw_it(measured: list[Row]) -> None:
    """A hash of the name keeps families and sources apart; no kept row is in what is fitted on."""
    names = {row.model.family for row in measured} | {row.source for row in measured}
    assert 0.1 < sum(is_held_group(name) for name in names) / len(names) < 0.3
    used = [row for row in measured if not is_held(row)]
    assert set() == {row.source for row in used} & {name for name in names if is_held_group(name)}
    assert set() == {row.model.family for row in used} & {name for name in names if is_held_group(name)}


def test_the_holdout_beats_no_loss_ever_at_low_bits(measured: list[Row]) -> None:
    """On families and sources no setting was chosen on, below 4.7 bits the error is less than "no loss"'s."""
    table = {(row["held"], row.get("bits")): row for row in holdout(measured)}
    for what in ("families", "sources"):
        for bits in ("below 2.5 bits", "2.5 to 3.5 bits", "3.5 to 4.7 bits"):
            assert table[what, bits]["median"] < table[what, bits]["no_loss_ever"]
