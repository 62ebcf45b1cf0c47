"""Which figures the card holds against which goals and floors."""

from __future__ import annotations

from advisor.evaluation.accuracy.evaluate import TARGETS, _targets


def test_each_goal_finds_its_figure_in_both_tables() -> None:
    """A goal names a table, a row and a column; what was reached stands by who is unknown, and its floor."""
    tables: dict[str, list[dict[str, object]]] = {}
    for who, reached in (("family_unknown", 0.0), ("source_unknown", 1.0)):
        for table, row in sorted({target[1:3] for target in TARGETS}):
            columns = {target[3] for target in TARGETS if target[1:3] == (table, row)}
            line = {"need": row, "ceiling": 0.9} | dict.fromkeys(columns, reached)
            tables.setdefault(f"{table}_{who}", []).append(line)
    apart = [
        {"figure": "task", "bits": "3.5 to 4.7 bits", "median_gap": 0.5},
        {"figure": "kld", "bits": "all bits", "median_gap": 3.0},
    ]
    found = _targets(tables, apart)
    assert [line["figure"] for line in found] == [target[0] for target in TARGETS]
    assert {(line["family_unknown"], line["source_unknown"]) for line in found} == {(0.0, 1.0)}
    by_name = {line["figure"]: line for line in found}
    assert by_name["covered by the 90 % interval"]["goal"] == "within (0.88, 0.94)"
    assert [line["floor"] for line in found] == [0.5, 0.5, None, None, None, 0.9, None, 0.9, None, None, 3.0]
