"""KTransformers."""

from __future__ import annotations

import pytest

from advisor.engines import engine_names, facts, find_engine
from advisor.errors import UnknownNameError


def test_it_serves_as_vllm_does_and_is_not_offered():
    """Its rows are of many requests."""
    found = facts("KTransformers")
    assert (found.serves, found.measured, "ktransformers" in engine_names()) == (True, "vllm", False)


def test_asked_for_it_says_why_not():
    """A name that rows are read of is not merely unknown."""
    with pytest.raises(UnknownNameError, match="measured rows of it are read, but no plans are made for it"):
        find_engine("ktransformers")
