"""Processors by the power they may draw."""

from __future__ import annotations

import pytest

from advisor.catalog.power_class import power_class


@pytest.mark.parametrize(
    ("brand", "power"),
    [
        ("AMD EPYC 9654 96-Core Processor", "server"),
        ("AMD Ryzen Threadripper 3970X 32-Core Processor", "server"),
        ("Intel(R) Core(TM) i9-14900K", "desktop"),
        ("AMD Ryzen 9 7950X3D 16-Core Processor", "desktop"),
        ("Intel(R) Core(TM) i7-7700T CPU @ 2.90GHz", "saving"),
        ("13th Gen Intel(R) Core(TM) i7-13700H", "laptop"),
        ("AMD Ryzen 7 7840HS w/ Radeon 780M Graphics", "laptop"),
        ("AMD Ryzen AI 9 HX 370 w/ Radeon 890M", "laptop"),
        ("11th Gen Intel(R) Core(TM) i7-1185G7 @ 3.00GHz", "thin"),
        ("AMD Ryzen 5 5600U with Radeon Graphics", "thin"),
        ("Intel(R) N100", "thin"),
        ("Raspberry Pi 5", "board"),
        ("Google Tensor G1", "board"),
        ("Apple M2", None),
        ("nobody's processor", None),
    ],
)
def test_the_letters_behind_the_number_tell_the_power(brand, power):
    """Letters first, then what the family is sold as; nothing for names that do not tell."""
    assert power == power_class(brand)
