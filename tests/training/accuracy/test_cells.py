"""Measured schemes of a model: how far they move a prediction."""

from __future__ import annotations

import pytest

from advisor.prediction.artifacts import load as artifact
from advisor.training.accuracy.cells import COMMON, _shared


def test_one_exact_task_tells_half_of_another() -> None:
    """A shift of two spreads known exactly moves a task never measured by COMMON of it."""
    together, common = _shared({"math": (2.0, 1e-3, 1.0)})
    assert together["math"][0] == pytest.approx(2.0, abs=0.01)
    assert common is not None
    assert common[0] == pytest.approx(2.0 * COMMON, abs=0.01)


def test_agreeing_tasks_inform_one_another() -> None:
    """Two noisy tasks that agree are each surer, and farther out, than alone."""
    alone = {"math": (0.5, 0.7, 1.0), "code": (0.5, 0.7, 1.0)}
    together, _ = _shared(alone)
    assert together["math"][0] > 0.5
    assert together["math"][1] < 0.7
    assert together["math"] == pytest.approx(together["code"])


def test_no_task_tells_nothing() -> None:
    """Without tasks there is nothing in common."""
    assert _shared({}) == ({}, None)


def test_the_installed_cells_stand_in_the_order_of_damage() -> None:
    """Of every model the cells of one group are sorted by predicted damage, and name known sources."""
    found = artifact("accuracy_cells")
    sources = found["sources"]
    models = {name: cells for name, cells in found.items() if name.startswith("model:")}
    assert len(models) > 80
    for cells in models.values():
        assert cells == sorted(cells, key=lambda c: (c["group"], c["z"], c["scheme"], c["imatrix"]))
        used = {i for cell in cells for task in cell["tasks"].values() for i in task[3]}
        assert used <= set(range(len(sources)))
