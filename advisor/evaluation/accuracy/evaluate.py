"""`advisor evaluate accuracy`: figures on families and sources left out whole, beside their targets."""

from __future__ import annotations

from typing import Any

from advisor.evaluation.accuracy import figures
from advisor.evaluation.accuracy.holdout import SETTINGS, holdout
from advisor.evaluation.accuracy.judge import judge
from advisor.evaluation.accuracy.variants import compare
from advisor.training.accuracy import intervals
from advisor.training.accuracy.fitted import LeftOut
from advisor.training.accuracy.rows import rows
from advisor.training.data.tables import load

CONFIDENCES = (0.68, 0.8, 0.9, 0.95)
"""At which "loses at most" is tried; 0.9 is what `recommend` asks for."""
COLUMNS = (
    "family unknown: no model of the family was seen; source unknown: the model was seen in other sources",
    "median: of |published − expected loss| in points of the full score; median_of_groups: every family or "
    "source counting once; median_listed: over schemes of the catalogue alone, without those of studies",
    "no_loss_ever: the error of saying 0; noise: the benchmark's sampling error; bias: expected − published",
    "covered: share of groups' rows inside the 90 % interval plus the benchmark's noise; below_upper: "
    "under the one-sided bound; the calibration, the one `advisor fit` ships, saw other groups only",
    "ceiling: the precision of somebody who knew every expected loss; base_rate: what always saying yes gets",
    "factor: by which ln(PPL ratio) or KLD is off, median",
    "floor: how far two sources of the same model and scheme lie apart, median: whoever meets one of them is "
    "that far from the other; of a precision the ceiling",
)
"""What the columns of the tables mean."""


def evaluate() -> dict[str, Any]:
    """A title and tables by heading; losses in percent of the unquantized score."""
    found = rows(load("accuracy"))
    left = LeftOut.of(found)
    tables: dict[str, Any] = {}
    narrowest = intervals.calibrate(left.tasks(known=False))
    for who, known in (("family_unknown", False), ("source_unknown", True)):
        tasks = left.tasks(known=known)
        tasks = tasks[tasks["offered"]]
        judged = {c: judge(tasks, c, narrowest if known else None) for c in CONFIDENCES}
        tables[f"loss_{who}"] = figures.losses(judged[0.9])
        bounds = {"expected": tasks["predicted"]} | {
            f"{c:.0%} sure:": one["upper_pct"] for c, one in judged.items()
        }
        tables[f"loses_at_most_{who}"] = figures.needs_met(tasks, bounds)
        tables[f"loses_at_most_3_pct_by_sampling_error_{who}"] = figures.needs_by_noise(tasks)
        predicted = left.predicted(known=known)
        tables[f"damage_{who}"] = [figures.damage(left.frame, predicted, kind) for kind in ("ppl", "kld")]
    unknown = left.tasks(known=False)
    unknown = unknown[unknown["offered"]]
    apart = figures.floors(left.frame)
    return {
        "title": "Accuracy: families and sources left out whole",
        "targets": _targets(tables, apart),
        "what_the_columns_mean": list(COLUMNS),
        **tables,
        "variants_on_the_same_folds": compare(left),
        "floors": apart,
        "holdout": holdout(found),
        "which_settings_saw_which_rows": list(SETTINGS),
        "peers_family_unknown": figures.peers(unknown),
        "methods_without_any_task_row_of_their_own": figures.methods_left_out(found, unknown),
    }


NEED, SURE = "expected at most 3 %", "90% sure: at most 3 %"
TARGETS = (
    ("median loss error, 3.5 to 4.7 bits, points", "loss", "3.5 to 4.7 bits", "median", 1.0, "at most"),
    ("the same, schemes of the catalogue", "loss", "3.5 to 4.7 bits", "median_listed", 1.0, "at most"),
    ("median loss error, 2.5 to 3.5 bits, points", "loss", "2.5 to 3.5 bits", "median", 2.0, "at most"),
    ("the same, schemes of the catalogue", "loss", "2.5 to 3.5 bits", "median_listed", 2.0, "at most"),
    ("covered by the 90 % interval", "loss", "all bits", "covered", (0.88, 0.94), "within"),
    ("loses at most 3 %: precision", "loses_at_most", NEED, "precision", 0.93, "at least"),
    ("loses at most 3 %: recall", "loses_at_most", NEED, "recall", 0.85, "at least"),
    ("90 % sure: at most 3 %: precision", "loses_at_most", SURE, "precision", 0.93, "at least"),
    ("90 % sure: at most 3 %: recall", "loses_at_most", SURE, "recall", 0.85, "at least"),
    ("damage, PPL ratio: factor off", "damage", "ppl", "factor", 1.6, "at most"),
    ("damage, KLD: factor off", "damage", "kld", "factor", 1.4, "at most"),
)
"""Figure, table, its row and column, the goal, its sense."""


def _targets(tables: dict[str, Any], apart: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Goal and what was reached, by who is unknown; *apart* are `figures.floors`."""
    found = []
    for name, table, row, column, goal, sense in TARGETS:
        line: dict[str, Any] = {"figure": name, "goal": f"{sense} {goal}"}
        for who in ("family_unknown", "source_unknown"):
            rows_of = tables[f"{table}_{who}"]
            line[who] = next(one[column] for one in rows_of if row in one.values())
        found.append(line | {"floor": _floor(row, column, tables, apart)})
    return found


def _floor(row: str, column: str, tables: dict[str, Any], apart: list[dict[str, Any]]) -> float | None:
    """What limits a figure however well losses are known; None where nothing was found to."""
    if column == "covered":
        return None
    if column == "precision":
        needs = tables["loses_at_most_family_unknown"]
        return next(float(line["ceiling"]) for line in needs if line["need"] == row)
    gaps = (
        line for line in apart if row in ((line["bits"],) if line["figure"] == "task" else (line["figure"],))
    )
    return next((float(line["median_gap"]) for line in gaps), None)
