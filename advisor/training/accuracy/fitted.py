"""Fits the accuracy artifact: coefficients, intervals from families and sources left out whole, and cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from advisor.training.accuracy import intervals
from advisor.training.accuracy.cells import cells
from advisor.training.accuracy.model import AccuracyModel, Vector, targets
from advisor.training.accuracy.rows import Row, rows
from advisor.training.accuracy.schemes import spans
from advisor.training.data.tables import load
from advisor.training.fitting.calibrate import stratum
from advisor.training.fitting.folds import fold_of, left_out

BORROWED_SPREAD = 1.2
"""Spread where a method was never measured on a task over that where it was: the upper quartile (1.18) of the
ratios that `advisor evaluate accuracy` prints for methods left out, 0.9 to 1.5."""


def fit() -> dict[str, Any]:
    """The artifact document: coefficients, spreads, widths, and how many rows stand behind what.

    `files` holds the second file, accuracy_cells.json, which is loaded only when a model in it is asked for.
    """
    found = rows(load("accuracy"))
    model = AccuracyModel().fit(found)
    document = {
        "format": 2,
        "coefficients": {n: _round(v) for n, v in model.coef_.items() if _used(n) and abs(v) > 1e-4},
        "ceiling": _ceilings(found),
        "spans": spans(),
        "support": _support(found),
        "borrowed_spread": BORROWED_SPREAD,
        "price_knots": list(intervals.PRICE_KNOTS),
        **_intervals(LeftOut.of(found)),
    }
    return document | {"files": {"accuracy_cells": cells(found, model, document)}}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Every row with what two cold fits said of it: one without its family, one without its source."""

    rows: list[Row]
    without_family: Vector
    without_source: Vector
    known: npt.NDArray[np.bool_]
    """Whether another source than the left-out one measured the row's model."""

    @classmethod
    def of(cls, found: list[Row], model: AccuracyModel | None = None) -> LeftOut:
        """Twelve fits of *model*, by default what is shipped."""
        array = np.empty(len(found), object)
        array[:] = found
        families, sources = [row.model.family for row in found], [row.source for row in found]
        model, y = model or AccuracyModel(), targets(found)
        homes: dict[str, set[int]] = {}
        fold = fold_of(sources, intervals.FOLDS)
        for row, index in zip(found, fold, strict=True):
            homes.setdefault(row.model.name, set()).add(int(index))
        return cls(
            found,
            left_out(model, array, y, families, intervals.FOLDS),
            left_out(model, array, y, sources, intervals.FOLDS),
            np.array([len(homes[row.model.name]) > 1 for row in found]),
        )

    def predicted(self, *, known: bool) -> Vector:
        """What was said of every row by a fit without its source (of models *known*), or its family."""
        return self.without_source if known else self.without_family

    def repetition(self) -> dict[str, float]:
        """The part of the sampling error that two runs of the same questions do not share, by category."""
        task = np.array([row.kind == "task" for row in self.rows])
        return intervals.repetition(
            [row for row in self.rows if row.kind == "task"], self.without_family[task]
        )

    def tasks(self, *, known: bool) -> intervals.Tasks:
        """Scored rows of models known (source left out), or of all as unknown ones (family left out)."""
        at = [i for i, row in enumerate(self.rows) if row.kind == "task" and (self.known[i] or not known)]
        picked = [self.rows[i] for i in at]
        predicted = self.predicted(known=known)[at]
        error = intervals.noise(picked, predicted, self.repetition())
        return intervals.Tasks(picked, predicted, error, self.groups(picked, known))

    def damage(self, kind: str, *, known: bool) -> tuple[list[float], list[str]]:
        """|log error| of 'ppl' or 'kld' rows, and their groups."""
        at = [i for i, row in enumerate(self.rows) if row.kind == kind and row.sigma < 0.5]
        at = [i for i in at if self.known[i] or not known]
        predicted = self.predicted(known=known)
        off = [abs(self.rows[i].y - float(predicted[i])) for i in at]
        return off, self.groups([self.rows[i] for i in at], known)

    @staticmethod
    def groups(picked: Sequence[Row], known: bool) -> list[str]:
        """What is new about a row: its source, or its model's family."""
        return [row.source if known else row.model.family for row in picked]


def _intervals(left: LeftOut) -> dict[str, Any]:
    """Spreads and widths of models never seen, and of models known through other sources only."""
    unknown = intervals.calibrate(left.tasks(known=False))
    known = intervals.calibrate(left.tasks(known=True)).no_wider_than(unknown)
    found: dict[str, dict[str, Any]] = {
        "unknown": {"task": unknown.document()},
        "known": {"task": known.document()},
    }
    for kind in ("ppl", "kld"):
        for who in ("unknown", "known"):
            new = stratum(*left.damage(kind, known=who == "known"))
            widths = new["half_widths"]
            if who == "known":
                widths = intervals.narrower(widths, found["unknown"][kind]["two_sided"])
            found[who][kind] = {"two_sided": widths, "groups": new["groups"]}
    return {"repetition": left.repetition(), "intervals": found}


def _used(name: str) -> bool:
    """Terms of one source, corpus or benchmark serve the fit only."""
    return not name.startswith(("s:", "o:", "t:dataset:"))


def _ceilings(found: list[Row]) -> dict[str, float]:
    categories = sorted({row.category for row in found if row.kind == "task"})
    return {
        c: _round(float(np.median([r.ceiling for r in found if r.kind == "task" and r.category == c])))
        for c in categories
    }


def _support(found: list[Row]) -> dict[str, dict[str, tuple[int, list[str]]]]:
    table: dict[str, dict[str, dict[str, int]]] = {}
    for row in found:
        kind = row.category if row.kind == "task" else row.kind.replace("nll", "ppl")
        sources = table.setdefault(row.scheme.method, {}).setdefault(kind, {})
        sources[row.source] = sources.get(row.source, 0) + 1
    return {
        m: {k: (sum(s.values()), sorted(s, key=lambda name: (-s[name], name))) for k, s in kinds.items()}
        for m, kinds in table.items()
    }


def _round(value: float) -> float:
    return float(f"{value:.9g}")
