"""The claims people repeat, against the measurements."""

from __future__ import annotations

from pathlib import Path

from advisor.evaluation.claims.card import markdown


def test_the_claims_document_is_the_generated_one() -> None:
    """docs/CLAIMS.md is what the measurements give."""
    path = Path(__file__).parents[3] / "docs" / "CLAIMS.md"
    assert path.read_text(encoding="utf-8") == markdown()
