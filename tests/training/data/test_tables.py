"""The measurement tables as frames: types, names, and no figure lost."""

from __future__ import annotations

import pytest

from advisor.documents.measurement import KINDS
from advisor.training.data.tables import load


@pytest.mark.parametrize("kind", [*KINDS, "model_quality"])
def test_every_kind_loads(kind: str) -> None:
    """Every kind gives rows, no text column with NaN, and counts of at least one."""
    frame = load(kind)
    assert len(frame) > 0
    text = frame.select_dtypes(exclude="number")
    assert int(text.isna().sum().sum()) == 0
    if "n" in frame:
        assert frame["n"].min() >= 1


def test_an_unknown_kind_names_the_known_ones() -> None:
    """A wrong kind is an error that lists the kinds."""
    with pytest.raises(ValueError, match="one of accuracy, speed_local"):
        load("speed")


def test_loading_twice_gives_frames_of_their_own() -> None:
    """A caller may change its frame: the next load does not see it."""
    first = load("cpu_bench")
    first["threads"] = 0
    assert load("cpu_bench")["threads"].min() == 1


@pytest.mark.parametrize(
    ("kind", "column", "share"),
    [
        ("speed_local", "device", 0.93),
        ("speed_serving", "device", 0.92),
        ("kernel_gemm", "device", 1.0),
        ("speed_local", "model_name", 0.96),
        ("speed_serving", "model_name", 0.98),
        ("accuracy", "model_name", 0.87),
        ("speed_local", "scheme_name", 0.92),
        ("speed_serving", "scheme_name", 0.98),
        ("accuracy", "scheme_name", 0.9),
    ],
)
def test_names_are_unified(kind: str, column: str, share: float) -> None:
    """Nearly every row carries catalogue names; the rest is in profiles/unmatched.csv."""
    assert (load(kind)[column] != "").mean() >= share


def test_no_figure_is_lost() -> None:
    """Every transcribed figure is in a table, alone or in a median: 13,137, 6,587, 12,786; 90 are our own."""
    assert {kind: int(load(kind)["n"].sum()) for kind in ("speed_local", "speed_serving", "accuracy")} == {
        "speed_local": 13137 + 90,
        "speed_serving": 6587,
        "accuracy": 12786,
    }
