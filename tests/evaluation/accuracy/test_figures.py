"""The prediction beside peers, on families it never saw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from advisor.evaluation.accuracy.figures import floors, needs_by_noise
from advisor.evaluation.accuracy.peers import PEERS
from advisor.training.accuracy.frame import frame, offered
from advisor.training.accuracy.model import AccuracyModel
from advisor.training.accuracy.rows import Row
from advisor.training.fitting.folds import fold_of


def test_families_left_out_beat_no_loss_ever_and_every_peer(measured: list[Row]) -> None:
    """On families the fit never saw the median error is below "no loss ever" and below each peer."""
    data = [row for row in measured if row.kind != "task" or offered(row)]
    fold = fold_of([row.model.family for row in data], 3)
    kept = [row for row, index in zip(data, fold, strict=True) if index == 1 and row.kind == "task"]
    predicted = AccuracyModel().fit([r for r, i in zip(data, fold, strict=True) if i != 1]).predict(kept)
    y, bits = np.array([row.y for row in kept]), np.array([row.scheme.bits for row in kept])
    low = bits < 3.5
    assert np.median(np.abs(y - predicted)) < np.median(np.abs(y))
    assert np.median(np.abs(y - predicted)[low]) < 0.6 * np.median(np.abs(y)[low])
    for formula in PEERS.values():
        pairs = [
            (abs(row.y - said), abs(row.y - ours))
            for row, ours in zip(kept, predicted, strict=True)
            if (said := formula(row)) is not None
        ]
        theirs, ours = np.median(np.array(pairs), axis=0)
        assert ours < theirs


def test_the_floor_between_sources_is_measured(measured: list[Row]) -> None:
    """Two sources of one configuration differ by more than half a point of loss."""
    task = next(row for row in floors(frame(measured)) if row["figure"] == "task")
    assert task["pairs"] >= 50
    assert task["median_gap"] > 0.5


def test_decisions_are_judged_by_how_finely_their_benchmark_tells() -> None:
    """A coarse benchmark contradicts a right answer that a fine one confirms."""
    fine = {"sigma": 0.5, "predicted": 2.0, "y": 2.4, "unseen": "a"}
    coarse = {"sigma": 5.0, "predicted": 2.0, "y": 6.0, "unseen": "b"}
    lines = needs_by_noise(pd.DataFrame([fine, fine, coarse, coarse | {"y": 1.0}]))
    assert [line["sampling_error"] for line in lines] == ["below 1 point", "4 points and more"]
    assert [line["precision"] for line in lines] == pytest.approx([1.0, 0.5])
