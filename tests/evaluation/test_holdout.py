"""Which groups are held back."""

from __future__ import annotations

from advisor.evaluation.holdout import held


def test_one_name_in_so_many_is_held_and_predictors_draw_apart() -> None:
    """A fifth of the names, and not the same ones for two predictors."""
    names = [f"source {i}" for i in range(2000)]
    mine, other = ({name for name in names if held(who, name, 5)} for who in ("accuracy", "local speed"))
    assert 350 < len(mine) < 450
    assert 50 < len(mine & other) < 110
