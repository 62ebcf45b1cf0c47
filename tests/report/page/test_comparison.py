"""Answers side by side."""

from dataclasses import replace

from advisor.api import recommend
from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.requirements import Requirements
from advisor.report.page.answer import Answer
from advisor.report.page.comparison import comparison

MODEL = resolve_model("Llama-3.1-8B")


def on(machine: str) -> Answer:
    """The answer of a machine."""
    need = Requirements(model=MODEL.name, engines=("llama.cpp",))
    return Answer(document=recommend(need, resolve_hardware(machine, Overrides()), MODEL), table=None)


def test_best_is_the_fastest_and_the_most_accurate():
    """More is better for speed, less for loss, size and waiting."""
    lines = {line.name: line for line in comparison([on("RTX 4090"), on("RTX 3060")])}
    decode, loss = lines["Decode"], lines["Loss on the tasks"]
    assert max(decode.values) == decode.best
    assert loss.best in (None, min(loss.values))


def test_alike_figures_have_no_best():
    """Twice the same machine: nothing is marked."""
    same = on("RTX 4090")
    assert {None} == {line.best for line in comparison([same, same])}


def test_answer_without_a_recommendation_has_no_figures():
    """A dash where nothing is recommended, and it is never best."""
    good = on("RTX 4090")
    none = replace(good, document=replace(good.document, status="nothing_fits", recommendation=None))
    assert {"–"} == {line.texts[1] for line in comparison([good, none])}
