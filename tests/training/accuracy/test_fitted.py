"""The accuracy artifact: it is what the measurements give, and carries no invented width."""

from __future__ import annotations

from typing import Any

from advisor.prediction.artifacts import load as artifact
from advisor.prediction.interval import groups_wanted
from advisor.training.accuracy.model import AccuracyModel
from advisor.training.accuracy.rows import Row
from advisor.training.accuracy.schemes import spans


def _kinds() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    intervals = artifact("accuracy")["intervals"]
    return [(intervals["known"][kind], intervals["unknown"][kind]) for kind in ("task", "ppl", "kld")]


def test_the_artifact_is_what_the_measurements_give(measured: list[Row]) -> None:
    """A refit gives the shipped coefficients (to rounding: other machines add up in another order)."""
    fitted = AccuracyModel().fit(measured).coef_
    shipped = artifact("accuracy")["coefficients"]
    assert max(abs(fitted[name] - value) for name, value in shipped.items()) < 0.02
    assert {name: list(ends) for name, ends in spans().items()} == artifact("accuracy")["spans"]


def test_a_level_without_enough_groups_has_no_width() -> None:
    """No width stands at a level that its groups cannot carry."""
    for pair in _kinds():
        for found in pair:
            carried = [float(level) for level, width in found["two_sided"].items() if width is not None]
            assert max(map(groups_wanted, carried)) <= found["groups"]
            assert found["two_sided"]["0.99"] is None


def test_knowing_a_model_never_widens_its_interval() -> None:
    """At every level and price the known model's spread times its width is no larger."""
    for known, unknown in _kinds():
        pairs = zip(known.get("spread", [1.0]), unknown.get("spread", [1.0]), strict=True)
        assert {True} == {one <= other for one, other in pairs}
        for level, width in unknown["two_sided"].items():
            assert width is None or known["two_sided"][level] <= width
