"""Few layers measured, the whole scaled up."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.errors import UsageError
from advisor.measuring.rows import Row
from advisor.measuring.run.synthetic import FEW, _scaled


def row(tokens_per_s: float) -> Row:
    """A measured speed."""
    return Row(
        kind="speed",
        metric="tokens_per_s",
        value=tokens_per_s,
        sd=tokens_per_s / 100,
        facts={"best": tokens_per_s},
    )


def test_a_layers_time_is_a_difference():
    """2 and 6 layers take 2 and 4 ms: 30 more layers of half a millisecond each make 19 ms."""
    found = _scaled(row(500.0), row(250.0), 30 / 4, find_model("Qwen3-8B"))
    assert found.value == pytest.approx(1000 / 19)
    assert (found.sd, found.model) == (pytest.approx(10 / 19), "Qwen3-8B")
    assert found.facts["layers_measured"] == list(FEW)


def test_a_machine_too_busy_says_so():
    """Six layers cannot be as fast as two."""
    with pytest.raises(UsageError, match="the machine is too busy; try again, or --layers all"):
        _scaled(row(250.0), row(250.0), 7.5, find_model("Qwen3-8B"))
