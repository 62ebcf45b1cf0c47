"""Cores of processors that the speed tables name."""

from __future__ import annotations

import pytest

from advisor.training.local_speed.cores import cores_of


@pytest.mark.parametrize(
    ("name", "cores"),
    [
        ("AMD Ryzen 9 7950X", 16),
        ("AMD Ryzen 9 5900X", 12),
        ("AMD Ryzen 5 3550H", 4),
        ("AMD Ryzen 5 5600X", 6),
        ("AMD EPYC 9654", 96),
        ("Intel Core i9-14900K", 8),
        ("Raspberry Pi 5", 4),
    ],
)
def test_a_listed_processor_has_its_performance_cores(name: str, cores: int) -> None:
    """The particular name before its series; of hybrid ones the fast cores only."""
    assert cores_of(name, (1, 256)) == cores


def test_a_processor_nobody_listed_is_the_middle_of_its_family() -> None:
    """The geometric one: 8 of 4 to 16, which stands for a family of unknown range too."""
    assert [cores_of("Zed 9000", span) for span in ((4, 16), None, (1, 1))] == [8, 8, 1]
