"""Plans side by side."""

from advisor.api import recommend
from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import Plan
from advisor.documents.requirements import Requirements
from advisor.report.comparison import best, comparison

MODEL = resolve_model("Llama-3.1-8B")


def on(machine: str) -> Plan:
    """The plan for a machine."""
    need = Requirements(model=MODEL.name, engines=("llama.cpp",))
    plan = recommend(need, resolve_hardware(machine, Overrides()), MODEL).recommendation
    assert plan is not None
    return plan


def figure(value: float, low: float, high: float) -> Estimate:
    """A figure with its interval."""
    return Estimate(value=value, low=low, high=high, basis="measured")


def test_best_is_the_fastest_or_the_most_accurate():
    """More is better for speed, less for loss, size and waiting."""
    found = [figure(10, 9, 11), figure(20, 19, 21), None]
    assert (False, True, False) == best(found, "more")
    assert (True, False, False) == best(found, "less")


def test_figures_that_cannot_be_told_apart_share_the_mark():
    """150 beside 144 (80 to 260) is no victory."""
    assert (True, True, False) == best(
        [figure(150, 83, 264), figure(144, 80, 260), figure(43, 25, 45)], "more"
    )


def test_alike_figures_have_no_best():
    """Where all are among the best nothing is marked."""
    same = on("RTX 4090")
    assert {(False, False)} == {line.best for line in comparison([same, same])}


def test_faster_card_is_marked():
    """Of an RTX 4090 and an RTX 3060 the first decodes faster."""
    lines = {line.name: line for line in comparison([on("RTX 4090"), on("RTX 3060")])}
    assert (True, False) == lines["Decode"].best


def test_answer_without_a_recommendation_has_no_figures():
    """A dash where nothing is recommended, and it is never best."""
    assert {("–", False)} == {(line.texts[1], line.best[1]) for line in comparison([on("RTX 4090"), None])}
