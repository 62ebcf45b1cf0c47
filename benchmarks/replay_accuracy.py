"""Every accuracy measurement asked through the batch interface: does the answer see what the fit saw?

    python benchmarks/replay_accuracy.py [EVERY]

Errors by bits, category and method in points of retained score, in sample: a check of the plumbing, no figure
of merit. Beside them the error of the fit itself on the same rows, which knows model and scheme from the row
instead of from their names. EVERY takes each n-th row.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import numpy as np

from advisor.evaluation.accuracy.figures import BIT_RANGES
from advisor.recommendation.batch import answer_case
from advisor.training.accuracy.model import AccuracyModel
from advisor.training.accuracy.rows import Row, rows
from advisor.training.data.tables import load

KV_BITS = (16.0, 8.5, 8.0, 5.0, 4.5, 4.0)
"""What the batch interface takes."""


def main(every: int) -> None:
    """Print the tables."""
    table = load("accuracy").iloc[::every]
    found = [(record, one[0]) for record, one in _rows(table)]
    fitted = AccuracyModel().fit(rows(load("accuracy"))).predict([row for _, row in found])
    refused: Counter[str] = Counter()
    kept: list[tuple[Row, float, float, str]] = []
    for (record, row), value in zip(found, fitted, strict=True):
        answer = answer_case(case(record, row))
        figure = answer.get("retained_accuracy_pct")
        if figure is None:
            refused[answer.get("error", {}).get("code", "no figure")] += 1
        else:
            kept.append((row, float(value), 100.0 - figure["value"], figure["basis"]))
    print(f"{len(found)} task rows, {len(kept)} answered; not answered: {dict(refused)}\n")
    report(kept)


def _rows(table: Any) -> list[tuple[Any, list[Row]]]:
    """Raw records with the fit's row, tasks with a catalogue model and scheme only."""
    found = []
    for _, record in table.iterrows():
        one = rows(record.to_frame().T.infer_objects())
        if one and one[0].kind == "task" and record["model_name"] and record["scheme_name"]:
            found.append((record, one))
    return found


def case(record: Any, row: Row) -> dict[str, Any]:
    """The batch case of a raw record."""
    asked = {"model": record["model_name"], "scheme": record["scheme_name"], "task": row.category}
    if row.scheme.method == "none":
        asked["scheme"] = "BF16"
    if row.scheme.kv_bits < 16:
        asked["kv_bits"] = min(KV_BITS, key=lambda bits: abs(bits - row.scheme.kv_bits))
    if record["method"].startswith("gguf"):
        asked["imatrix"] = row.scheme.calibrated
    return asked


def report(kept: list[tuple[Row, float, float, str]]) -> None:
    """Median and mean error of the answer and of the fit, by bits, category and method."""
    y = np.array([row.y for row, *_ in kept])
    fit, said = (np.array([one[i] for one in kept]) for i in (1, 2))
    bits = np.array([row.scheme.bits for row, *_ in kept])
    groups = {name: (bits >= low) & (bits < high) for name, low, high in BIT_RANGES}
    groups["KV cache only"] = bits >= 16
    for what, label in (
        ([row.category for row, *_ in kept], ""),
        ([" ".join((row.scheme.method, row.scheme.act)).strip() for row, *_ in kept], ""),
        ([basis for *_, basis in kept], "basis "),
    ):
        names = np.array(what)
        groups |= {label + name: names == name for name in sorted(set(what))}
    print(f"{'group':<28}{'n':>6}{'answer median':>15}{'mean':>8}{'bias':>8}{'fit median':>12}", end="")
    print(f"{'mean':>8}{'bias':>8}")
    for name, mask in groups.items():
        if mask.any():
            cells = (_line(y[mask], said[mask]), _line(y[mask], fit[mask]))
            (a, b, c), (d, e, f) = cells
            print(f"{name:<28}{mask.sum():>6}{a:>15.3f}{b:>8.2f}{c:>8.2f}{d:>12.3f}{e:>8.2f}{f:>8.2f}")


def _line(y: np.ndarray, predicted: np.ndarray) -> tuple[float, float, float]:
    off = predicted - y
    return float(np.median(np.abs(off))), float(np.abs(off).mean()), float(off.mean())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
