"""One answer of a report."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.recommendation import Recommendation
from advisor.need.stated import Stated, requirements
from advisor.recommendation.recommend import recommend
from advisor.report.page.answer import STATUS_WORDS, Answer


def found(hardware: str, ram: str | None = None) -> Recommendation:
    """Llama-3.1-70B in eight bits."""
    model = resolve_model("Llama-3.1-70B")
    need = requirements(Stated(engine=("llama.cpp",), scheme=("Q8_0",)), model)
    return recommend(need, resolve_hardware(hardware, Overrides(ram=ram)), model)


def test_the_plan_is_the_recommendation_or_what_comes_closest() -> None:
    """Two H100 hold it, a small card does not."""
    fits, misses = found("2x H100 SXM5 80GB"), found("RTX 3060 12GB", "8GB")
    assert fits.recommendation == Answer(document=fits, table=None).plan
    assert misses.nearest_miss is not None
    assert misses.nearest_miss.plan == Answer(document=misses, table=None).plan


def test_a_title_names_model_and_machine() -> None:
    """What was asked for; where no model was, the one found, or none."""
    document = found("2x H100 SXM5 80GB")
    anyone = replace(document, requirements=replace(document.requirements, model=None))
    nobody = replace(anyone, recommendation=None, nearest_miss=None)
    assert [document.recommendation.model] * 2 + ["any model"] == [
        Answer(document=one, table=None).title.removesuffix(f" on {document.hardware.name}")
        for one in (document, anyone, nobody)
    ]


def test_every_status_has_words() -> None:
    """Of an answer that fits and of one that does not."""
    statuses = {found("2x H100 SXM5 80GB").status, found("RTX 3060 12GB", "8GB").status}
    assert {"ok", "nothing_fits"} == statuses & set(STATUS_WORDS)
