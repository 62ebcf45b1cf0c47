"""The answer as a document."""

from __future__ import annotations

from typing import Any

from advisor.documents.hardware import HardwareProfile
from advisor.documents.plain import parse, plain
from advisor.documents.recommendation import ExpectedFile, Recommendation, Rejection
from advisor.documents.requirements import Requirements

NOTHING = Recommendation(
    status="nothing_fits",
    hardware=HardwareProfile(name="box", source="user"),
    requirements=Requirements(),
    recommendation=None,
    rejected=(Rejection(model="m", scheme="BF16", engine="vllm", reason="too large", kind="memory"),),
)


def test_an_answer_without_a_plan_is_an_answer() -> None:
    """It is read back with every rejection."""
    assert parse(Recommendation, plain(NOTHING), what="answer") == NOTHING


def test_a_rejection_has_a_kind_of_the_list(refusal: Any) -> None:
    """Programs count by it."""
    value = plain(NOTHING)
    value["rejected"][0]["kind"] = "taste"
    assert "rejected.0.kind is 'taste'" in refusal(Recommendation, value)


def test_a_file_is_computed_unless_a_publisher_is_named() -> None:
    """And whether the disk holds it is not said where the disk is unknown."""
    file = ExpectedFile(name="m.gguf", size_bytes=1)
    assert (file.publisher, file.fits_disk) == (None, None)
