"""Fits the accuracy artifact: coefficients, intervals from families and sources left out whole, and cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from advisor.training.accuracy import intervals
from advisor.training.accuracy.cells import cells
from advisor.training.accuracy.frame import frame
from advisor.training.accuracy.intervals import FOLDS
from advisor.training.accuracy.model import AccuracyModel, Vector, targets
from advisor.training.accuracy.rows import Row, rows
from advisor.training.accuracy.schemes import spans
from advisor.training.data.tables import load
from advisor.training.fitting.calibrate import rounded, stratum
from advisor.training.fitting.folds import fold_of, left_out

_DIGITS = 9
"""Of a coefficient: the damages of a ladder lie close together, and their order must stay."""
NEGLIGIBLE = 1e-4
"""Coefficients below this move log damage or price by a ten thousandth and are left out of the artifact."""
BORROWED_SPREAD = 1.2
"""Spread where a method was never measured on a task over that where it was: the upper quartile (1.18) of the
ratios that `advisor evaluate accuracy` prints for methods left out, 0.9 to 1.5."""


def fit() -> dict[str, Any]:
    """The artifact document: coefficients, spreads, widths, and how many rows stand behind what.

    `files` holds the second file, accuracy_cells.json, which is loaded only when a model in it is asked for.
    """
    found = rows(load("accuracy"))
    model, left = AccuracyModel().fit(found), LeftOut.of(found)
    document = {
        "format": 2,
        "coefficients": {n: rounded(v, _DIGITS) for n, v in model.coef_.items() if _used(n, v)},
        "ceiling": _ceilings(left.frame),
        "spans": spans(),
        "support": _support(left.frame),
        "borrowed_spread": BORROWED_SPREAD,
        "price_knots": list(intervals.PRICE_KNOTS),
        **_intervals(left),
    }
    return document | {"files": {"accuracy_cells": cells(found, model, document)}}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Every row with what two cold fits said of it: one without its family, one without its source."""

    frame: pd.DataFrame
    """`frame` of the rows, with `without_family` and `without_source` (what was said) and `known`: whether
    another source than the left-out one measured the row's model."""

    @classmethod
    def of(cls, found: list[Row], model: AccuracyModel | None = None) -> LeftOut:
        """Twelve fits of *model*, by default what is shipped."""
        table, array = frame(found), np.empty(len(found), object)
        array[:] = found
        said = {
            f"without_{what}": left_out(model or AccuracyModel(), array, targets(found), table[what], FOLDS)
            for what in ("family", "source")
        }
        homes = table.assign(fold=fold_of(table["source"], FOLDS)).groupby("model")["fold"]
        return cls(table.assign(**said, known=homes.transform("nunique") > 1))

    def predicted(self, *, known: bool) -> Vector:
        """What was said of every row by a fit without its source (of models *known*), or its family."""
        return self.frame["without_source" if known else "without_family"].to_numpy(float)

    def unseen(self, *, known: bool) -> pd.DataFrame:
        """Rows of models known (source left out), or of all as unknown ones (family left out), with
        `predicted` and `unseen`, what is new about a row: its source, or its model's family."""
        group = self.frame["source" if known else "family"]
        table = self.frame.assign(predicted=self.predicted(known=known), unseen=group)
        return table[table["known"]] if known else table

    def repetition(self) -> dict[str, float]:
        """The part of the sampling error that two runs of the same questions do not share, by category."""
        table = self.unseen(known=False)
        return intervals.repetition(table[table["kind"] == "task"])

    def tasks(self, *, known: bool) -> pd.DataFrame:
        """Scored rows as `intervals` reads them."""
        table = self.unseen(known=known)
        tasks = table[table["kind"] == "task"]
        predicted = tasks["predicted"].to_numpy()
        return tasks.assign(error=intervals.noise(tasks["row"], predicted, self.repetition()))

    def damage(self, kind: str, *, known: bool) -> tuple[list[float], list[str]]:
        """|log error| of 'ppl' or 'kld' rows, and their groups."""
        table = self.unseen(known=known)
        rows = table[(table["kind"] == kind) & (table["sigma"] < 0.5)]
        return (rows["y"] - rows["predicted"]).abs().tolist(), rows["unseen"].tolist()


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


def _used(name: str, value: float) -> bool:
    """Terms of one source, corpus or benchmark serve the fit only."""
    return not name.startswith(("s:", "o:", "t:dataset:")) and abs(value) > NEGLIGIBLE


def _ceilings(found: pd.DataFrame) -> dict[str, float]:
    """By category the median share that can be lost."""
    tasks = found[found["kind"] == "task"]
    middles = tasks.groupby("category")["ceiling"].median()
    return {str(category): rounded(middle, _DIGITS) for category, middle in middles.items()}


def _support(found: pd.DataFrame) -> dict[str, dict[str, tuple[int, list[str]]]]:
    """Method -> category or kind of damage -> (rows, sources, the largest first)."""
    figure = found["category"].where(found["kind"] == "task", found["kind"].replace("nll", "ppl"))
    table: dict[str, dict[str, tuple[int, list[str]]]] = {}
    for (method, kind), sources in found.groupby(["method", figure])["source"]:
        counts = sources.value_counts()
        named = sorted(counts.index, key=lambda name: (-counts[name], name))
        table.setdefault(str(method), {})[str(kind)] = (len(sources), named)
    return table
