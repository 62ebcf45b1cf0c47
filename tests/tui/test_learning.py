"""The arithmetic of the learning page, against numbers worked out by hand."""

from advisor.tui.learning import comparison, steps
from advisor.tui.rounding import Choice, numbers


def test_pages_hold_every_way():
    """Eight ways are compared, and the steps name the rule."""
    values = numbers("1 2 3 4")
    assert sum("INT" in line for line in comparison(values, 2).splitlines()) == 8
    assert "zero point = round(-min / scale)" in steps(values, Choice(4, False, 2))


def test_numbers_stand_apart():
    """Neighbours have a space between them, however long, within 80 columns."""
    lines = steps(numbers("1.9 -0.04488 -0.000047 0.12 -1.23456e29 5 -0.005 -0.00047"), Choice(8, True, 0))
    rows = [
        line
        for line in lines.splitlines()
        if line.startswith(("x  ", "x / scale", "code", "restored", "error"))
    ]
    assert [len(row[10:].split()) for row in rows] == [8] * 5
    assert max(map(len, rows)) <= 78
