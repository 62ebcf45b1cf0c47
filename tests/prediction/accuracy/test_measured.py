"""Measured schemes brought into order."""

from __future__ import annotations

import random

import pytest
from sklearn.isotonic import IsotonicRegression

from advisor.prediction.accuracy.measured import Cell, Ladder, cells_of, interpolate, isotonic, ladder


def _cell(z: float, dz: float = 0.0) -> Cell:
    return Cell(
        scheme=f"at {z}",
        imatrix=True,
        lift=0.0,
        z=z,
        dz=dz,
        damage_rows=1,
        damage_error=0.1,
        damage_sources=("s",),
        tasks={},
        common=(0.0, 1.0),
    )


def test_isotonic_is_scikit_learn_s() -> None:
    """On random sequences the few lines of the answer path give IsotonicRegression's values to 1e-9."""
    draw = random.Random(3)
    for _ in range(50):
        n = draw.randint(1, 12)
        values, weights = [draw.gauss(0, 1) for _ in range(n)], [draw.uniform(0.1, 9) for _ in range(n)]
        expected = IsotonicRegression().fit_transform(range(n), values, sample_weight=weights)
        assert list(expected) == pytest.approx(isotonic(values, weights), abs=1e-9)


def test_a_scheme_between_measured_neighbours_stays_between() -> None:
    """Clamped to the neighbour below or above, untouched where it is already between."""
    found = Ladder((), (1.0, 2.0, 3.0), (10.0, 20.0, 30.0))
    assert [10.0, 20.0, 15.0, 30.0] == [
        found.between(1.5, 4.0),
        found.between(1.5, 40.0),
        found.between(1.5, 15.0),
        found.between(9.0, 0.0),
    ]
    assert 5.0 == Ladder((), (), ()).between(1.0, 5.0)


def test_measured_cells_that_contradict_their_order_are_pooled() -> None:
    """Two cells whose measurements turn the ladder round get one value: their mean."""
    cells = (_cell(1.0, 1.0), _cell(1.5, 0.0))
    found = ladder(cells, lambda cell: (cell.z, cell.z + cell.dz, 0.1))
    assert [1.75, 1.75] == [found.of(cell) for cell in cells]


def test_cells_of_an_unmeasured_model_are_none() -> None:
    """A model nobody measured has no cells."""
    assert () == cells_of("No such model", "gguf")


def test_beyond_the_knots_it_is_flat() -> None:
    """Linear between, flat outside."""
    assert [1.0, 1.5, 2.0] == [interpolate(x, (0.0, 1.0), (1.0, 2.0)) for x in (-1.0, 0.5, 3.0)]
