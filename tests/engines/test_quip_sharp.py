"""QuIP#."""

from __future__ import annotations

from advisor.engines import facts, find_engine


def test_research_code_has_no_server(families):
    """It can be chosen, and no command is invented for it."""
    found = facts("quip-sharp")
    assert (found.offered, found.start, families["quip-sharp"]) == (True, None, {"quip"})
    assert find_engine("QuIP-sharp") == "quip-sharp"
