"""Processors by their number alone."""

from __future__ import annotations

import pytest

from advisor.catalog.cpu_numbers import is_mobile, series_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("5800X3D", "Ryzen 7 5800X3D"),
        ("AMD 7840U", "Ryzen 7 7840U"),
        ("Ryzen 7840U", "Ryzen 7 7840U"),
        ("12700K", "i7-12700K"),
        ("9900K", "i9-9900K"),
        ("12400F", "i5-12400F"),
        ("12100F", "i3-12100F"),
        ("258V", "Ultra 7 258V"),
        ("275HX", "Ultra 9 275HX"),
        ("245K", "Ultra 5 245K"),
        ("3970X", "Threadripper 3970X"),
        ("Ryzen 1950X", "Threadripper 1950X"),
        ("3950X", "Ryzen 9 3950X"),
        ("HX 370", "Ryzen AI 9 HX 370"),
        ("8550U", "8550U"),
        ("EPYC 9654", "EPYC 9654"),
        ("RX 5700 XT", "RX 5700 XT"),
    ],
)
def test_a_number_says_its_series(name: str, expected: str) -> None:
    """Only a number that one maker alone uses is given a series; other names stay as they are."""
    assert series_of(name) == expected


def test_the_letters_behind_a_number_tell_a_laptops_processor() -> None:
    """H, HX, HS, U, P and V are sold in laptops; K, F, X and none in desktops."""
    names = ("i7-13700H", "Ryzen 9 7945HX", "Core Ultra 7 258V", "i7-13700K", "Ryzen 7 7700X", "EPYC 9654P")
    assert [is_mobile(name) for name in names] == [True, True, True, False, False, False]
