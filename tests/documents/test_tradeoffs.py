"""Every scheme side by side, as a document."""

from __future__ import annotations

from typing import Any

from advisor.documents.hardware import HardwareProfile
from advisor.documents.plain import parse, plain
from advisor.documents.requirements import Requirements
from advisor.documents.tradeoffs import Row, Table

CELLS: dict[str, Any] = {
    "scheme": "Q4_K_M",
    "family": "gguf-k",
    "engine": "llama.cpp",
    "feasible": False,
    "reason": "too large",
    "reason_kind": "memory",
    "recommended": False,
    "pareto": False,
    "weight_bits": 4.0,
    "calibration": "optional",
    "loss_pct": {"mix": None},
    "make_cost": "",
}
UNKNOWN: dict[str, Any] = {name: None for name in Row.__dataclass_fields__ if name not in CELLS}
ROW = Row(**UNKNOWN, **CELLS)
TABLE = Table(
    hardware=HardwareProfile(name="box", source="user"), requirements=Requirements(), model="m", rows=(ROW,)
)


def test_a_table_is_read_back_as_it_was() -> None:
    """A row without figures is a row."""
    assert parse(Table, plain(TABLE), what="table") == TABLE


def test_every_cell_of_a_row_is_written_out(refusal: Any) -> None:
    """What is not known is null, never absent."""
    value = plain(TABLE)
    assert set(value["rows"][0]) == set(Row.__dataclass_fields__)
    del value["rows"][0]["bpw"]
    assert "lacks the field 'rows.0.bpw'" in refusal(Table, value)


def test_a_feasible_row_has_no_kind_of_reason(refusal: Any) -> None:
    """Empty, or a word of the list of rejections."""
    value = plain(TABLE)
    value["rows"][0]["reason_kind"] = ""
    assert parse(Table, value, what="table").rows[0].reason_kind == ""
    value["rows"][0]["reason_kind"] = "taste"
    assert "rows.0.reason_kind is 'taste'" in refusal(Table, value)
