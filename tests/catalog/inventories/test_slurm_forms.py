"""Slurm's lists of hosts, written short."""

from __future__ import annotations

import pytest

from advisor.catalog.inventories._slurm_forms import hosts


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a", ["a"]),
        ("g[08-10]", ["g08", "g09", "g10"]),
        ("r[1-2]n[1,3]", ["r1n1", "r1n3", "r2n1", "r2n3"]),
        ("a,b", ["a", "b"]),
    ],
)
def test_lists_of_hosts(given: str, expected: list[str]):
    """https://slurm.schedmd.com/slurm.conf.html, NodeName."""
    assert expected == hosts(given)
