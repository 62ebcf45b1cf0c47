"""What the local speed fit leaves out and what each row weighs."""

from __future__ import annotations

import pandas as pd
import pytest

from advisor.training.data.clean import (
    balance,
    clean,
    has_flag,
    reads_too_fast,
    repeated,
    split_unknown,
)
from advisor.training.data.tables import load


def test_a_third_of_all_rows_does_not_become_a_third_of_the_weight() -> None:
    """The most measured machine carries the root of its weight."""
    frame = clean("speed_local", load("speed_local"))
    kept = frame[frame["excluded_reason"] == ""]
    share = kept.groupby("device")["weight"].sum().max() / kept["weight"].sum()
    assert share < (kept["device"].value_counts().max() / len(kept)) / 2


def test_weights_are_positive_where_kept_and_zero_elsewhere() -> None:
    """Every row is either kept with a weight or left out with a reason."""
    frame = clean("speed_local", load("speed_local"))
    kept = frame["excluded_reason"] == ""
    assert bool((frame.loc[kept, "weight"] > 0).all())
    assert frame.loc[~kept, "weight"].sum() == 0
    assert frame.loc[kept, "weight"].mean() == pytest.approx(1.0)
    assert kept.mean() > 0.75


def test_balance_gives_each_group_the_root_of_its_total() -> None:
    """Four rows of one device weigh twice one row of another."""
    weight = balance(pd.Series([1.0] * 5), pd.Series(["a"] * 4 + ["b"]))
    assert weight.tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5, 1.0])


def test_a_median_of_many_counts_at_most_twice() -> None:
    """Repetitions of one source shrink its own noise, not what separates sources."""
    assert repeated(pd.Series([1.0, 3.0, 1e9])).tolist() == pytest.approx([1.0, 1.5, 2.0])


def _local(**cells: object) -> pd.DataFrame:
    row: dict[str, object] = {
        "phase": "decode",
        "unit": "tok/s",
        "value": 100.0,
        "concurrency": 1.0,
        "active_params_b": 8.0,
        "params_b": 8.0,
        "file_gib": float("nan"),
        "scheme": "Q4_K_M",
        "device": "GeForce RTX 4090",
        "n_devices": 1.0,
        "flags": "",
        "on_cpu": "",
        "ngl": "99",
    }
    return pd.DataFrame([{**row, **cells}])


def test_decode_above_the_bandwidth_is_impossible() -> None:
    """An 8B model at 16 bits is read at most 63 times a second on an RTX 4090; 100 needs four bits."""
    assert reads_too_fast(_local()).tolist() == [False]
    assert reads_too_fast(_local(scheme="F16")).tolist() == [True]
    assert reads_too_fast(_local(scheme="F16", concurrency=8.0)).tolist() == [False]
    assert reads_too_fast(_local(scheme="F16", n_devices=2.0)).tolist() == [False]


def test_an_offloaded_row_needs_its_layer_count() -> None:
    """Part of the weights on the CPU is usable only when the source says how many layers, or which part."""
    assert split_unknown(_local(flags="offloaded", ngl="partial")).tolist() == [True]
    assert split_unknown(_local(flags="offloaded", ngl="24")).tolist() == [False]
    assert split_unknown(_local(flags="offloaded", ngl="99", on_cpu="experts")).tolist() == [False]


def test_flags_are_matched_as_whole_words() -> None:
    """`pure` is not found in a longer flag."""
    assert has_flag(pd.DataFrame({"flags": ["impure;x", "pure", ""]}), "pure").tolist() == [
        False,
        True,
        False,
    ]
