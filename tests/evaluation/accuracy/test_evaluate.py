"""Which figures the card holds against which goals."""

from __future__ import annotations

from advisor.evaluation.accuracy.evaluate import TARGETS, _targets


def test_each_goal_finds_its_figure_in_both_tables() -> None:
    """A goal names a table, a row and a column; what was reached stands by who is unknown."""
    tables: dict[str, list[dict[str, object]]] = {}
    for who, reached in (("family_unknown", 0.0), ("source_unknown", 1.0)):
        for table, row in sorted({target[1:3] for target in TARGETS}):
            columns = {target[3] for target in TARGETS if target[1:3] == (table, row)}
            line = {"name": row} | dict.fromkeys(columns, reached)
            tables.setdefault(f"{table}_{who}", []).append(line)
    found = _targets(tables)
    assert [line["figure"] for line in found] == [target[0] for target in TARGETS]
    assert {(line["family_unknown"], line["source_unknown"]) for line in found} == {(0.0, 1.0)}
    assert found[2]["goal"] == "within (0.88, 0.94)"
