"""A few rows of a machine speak for everything that runs there, by partial pooling."""

from __future__ import annotations

import math

import pytest

from advisor.prediction.own.evidence import Evidence, OwnEvidence, Point, Pooled
from advisor.prediction.own.pooling import own_effect, pool, posterior


def pooled(found: list[Evidence]) -> Pooled:
    """The one backend and phase of *found*."""
    (only,) = pool(found)
    return only


def evidence(*rows: tuple[str, float, float]) -> list[Evidence]:
    """(scheme family, bytes read, log ratio) of dense models on a CPU."""
    return [
        Evidence("cpu", "decode", Point(f, math.log(b), False, f"m{i}"), r)
        for i, (f, b, r) in enumerate(rows)
    ]


def test_three_rows_pull_an_unmeasured_family_and_one_of_its_own_pulls_more() -> None:
    """Partial pooling: a family without rows takes the machine's part, a measured one its own too."""
    found = pooled(evidence(("Q4_K", 2e9, 0.4), ("Q4_K", 4e9, 0.4), ("Q8_0", 4e9, 0.4)))
    own, _, _ = posterior(found, Point("Q4_K", math.log(3e9), False, "x"))
    other, _, _ = posterior(found, Point("IQ2", math.log(3e9), False, "x"))
    assert 0 < other < own < 0.4


def test_more_rows_leave_less_doubt() -> None:
    """The variance falls with every row, and a row of the very configuration leaves nearly none."""
    rows = [("Q4_K", 2e9, 0.3), ("Q8_0", 4e9, 0.3), ("Q5_K", 4e9, 0.3)]
    point = Point("Q6_K", math.log(3e9), False, "x")
    variances = [posterior(pooled(evidence(*rows[:n])), point)[1] for n in (1, 2, 3)]
    assert variances == sorted(variances, reverse=True)
    exact = Evidence("cpu", "decode", point, 0.3)
    assert posterior(pooled([exact]), point)[1] < 0.03**2


def test_the_effect_is_what_the_predictor_shrinks_back() -> None:
    """Mean and error handed to the predictor give the posterior again under the same prior variance."""
    found = pooled(evidence(("Q4_K", 2e9, 0.5), ("Q8_0", 4e9, 0.3)))
    point = Point("Q6_K", math.log(3e9), False, "x")
    mean, variance, before = posterior(found, point)
    effect = own_effect(OwnEvidence(speed=(found,)), "cpu", "decode", point)
    weight = before / (before + effect.sd**2 / effect.rows)
    assert weight * effect.log_ratio == pytest.approx(mean, rel=1e-9)
    assert (1 - weight) * before == pytest.approx(variance, rel=1e-9)


def test_a_row_of_a_busy_machine_speaks_for_nothing_but_itself_until_a_calm_one_is_there() -> None:
    """A busy row moves its own configuration a little and no other; beside a calm row hardly more."""
    own, other = Point("Q4_K", math.log(2e9), False, "m"), Point("Q4_K", math.log(3e9), False, "x")
    calm = Evidence("cpu", "decode", own, 0.0)
    busy = [Evidence("cpu", "decode", own, -1.5, 1, True) for _ in range(3)]
    alone = pooled(busy)
    assert posterior(alone, other)[0] == 0.0
    said = OwnEvidence(speed=(alone,))
    assert own_effect(said, "cpu", "decode", other) is None
    assert own_effect(said, "cpu", "decode", own).busy_rows == 3
    sure = posterior(pooled([Evidence("cpu", "decode", own, -1.5)]), own)
    doubted = posterior(alone, own)
    assert abs(doubted[0]) < abs(sure[0]) / 2
    assert doubted[1] > 5 * sure[1]
    both = pooled([*busy, calm])
    assert abs(posterior(both, other)[0]) < 0.01
    assert (both.rows, both.busy_rows) == (4, 3)
