"""What the fits leave out, and which rows they trust less."""

from __future__ import annotations

import pandas as pd
import pytest

from advisor.catalog.rows import every
from advisor.documents.flags import FLAGS
from advisor.training.data.clean import (
    COMPUTED,
    clean,
    has_flag,
    left_out,
    reads_too_fast,
    rules,
    split_unknown,
    trust,
)
from advisor.training.data.tables import load, records


def test_most_rows_are_kept_and_the_others_have_a_reason() -> None:
    """Every row is either kept or left out with a reason of the table of rules, or one computed."""
    frame = clean(load("speed_local"))
    known = {rule.reason for rule in rules("speed_local")} | {reason for _, reason in COMPUTED}
    assert set(frame["excluded_reason"]) <= known | {""}
    assert (frame["excluded_reason"] == "").mean() > 0.75


@pytest.mark.parametrize("kind", sorted({row["kind"] for row in every("left_out.csv")}))
def test_rules_speak_of_what_the_tables_hold(kind: str) -> None:
    """Flags are of the closed vocabulary; a pattern that no row meets is no rule."""
    rows = records(load(kind))
    assert {rule.match for rule in rules(kind) if rule.column == "flags"} <= set(FLAGS)
    patterns = [rule for rule in rules(kind) if rule.column != "flags"]
    assert [] == [rule.match for rule in patterns if not any(rule.applies(row) for row in rows)]


def test_the_first_rule_that_applies_gives_the_reason() -> None:
    """In the order of the table; a doubt leaves nothing out."""
    row = _local(flags="single_run;speculative;old_kernels").iloc[0].to_dict()
    assert left_out("speed_local", row) == "kernels long replaced"
    assert left_out("speed_local", row | {"flags": "single_run"}) == ""


def test_each_doubt_halves_a_row() -> None:
    """Two doubts count a quarter; what leaves a row out is none."""
    row = _local(flags="single_run;pcie_x1;speculative").iloc[0].to_dict()
    assert trust("speed_local", row) == 0.25
    assert trust("speed_local", row | {"flags": ""}) == 1.0


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
