"""Predictions on the fixed grid: none that was there may go missing;
`python scripts/grid.py` reports what moved.
"""

import importlib.util
import json
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "grid.py"
spec = importlib.util.spec_from_file_location("grid", SCRIPT)
grid = importlib.util.module_from_spec(spec)
spec.loader.exec_module(grid)


def test_nothing_goes_missing():
    """Every figure of the committed grid is still answered."""
    now = {grid.name(case): grid.figures(case) for case in grid.cases()}
    missing, _, _ = grid.compare(json.loads(grid.REFERENCE.read_text(encoding="utf-8")), now)
    assert [] == missing


def test_sizes_do_not_move():
    """Weights are computed, or a published file's: on the grid they are what they were, to the byte."""
    before = json.loads(grid.REFERENCE.read_text(encoding="utf-8"))
    now = {grid.name(case): grid.figures(case)["weights_bytes"] for case in grid.cases()}
    assert {case: old["weights_bytes"] for case, old in before.items()} == now


def test_a_lost_figure_is_seen():
    """The comparison names a figure that turned into null."""
    missing, _, moved = grid.compare({"a": {"memory_bytes": 2.0}}, {"a": {"memory_bytes": None}})
    assert (["a: memory_bytes"], []) == (missing, moved)
