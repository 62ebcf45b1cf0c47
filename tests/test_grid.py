"""Predictions on the fixed grid: none that was there may go missing;
`python scripts/grid.py` reports what moved.
"""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "grid.py"
spec = importlib.util.spec_from_file_location("grid", SCRIPT)
grid = importlib.util.module_from_spec(spec)
spec.loader.exec_module(grid)


@pytest.fixture(scope="module")
def now():
    """What the grid answers today, by predictor."""
    return grid.present()


@pytest.mark.parametrize("part", grid.PARTS)
def test_nothing_goes_missing(part, now):
    """Every figure of the committed grid is still answered."""
    missing, _, _ = grid.compare(grid.reference()[part], now[part])
    assert [] == missing


def test_weights_do_not_move(now):
    """Weights are computed, or a published file's: on the grid they are what they were, to the byte."""
    before, after = (
        {case: found["weights_bytes"] for case, found in sizes.items()}
        for sizes in (grid.reference()["sizes"], now["sizes"])
    )
    assert before == after


def test_a_lost_figure_is_seen():
    """The comparison names a figure that turned into null."""
    missing, _, moved = grid.compare({"a": {"memory_bytes": 2.0}}, {"a": {"memory_bytes": None}})
    assert (["a: memory_bytes"], []) == (missing, moved)
