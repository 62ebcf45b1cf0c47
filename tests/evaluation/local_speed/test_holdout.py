"""What is held back from choices of settings of local speed."""

from advisor.evaluation.local_speed.holdout import is_held


def test_the_holdout_is_the_same_for_good(row):
    """The names alone decide."""
    held = [is_held(row(f"d{i}", source=f"s{i}")) for i in range(200)]
    assert held == [is_held(row(f"d{i}", source=f"s{i}")) for i in range(200)]
    assert 0.05 < sum(held) / len(held) < 0.3
