"""Cases as rows of numbers: the work of a step, the load, and which named logarithms each row asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from advisor.prediction.serving_speed.step import Kinds, Work, coefficient_keys
from advisor.training.serving_speed.cases import Case

METRICS = ("tpot", "ttft", "service", "flow", "step", "prompt")
FIRST = ("ttft", "prompt")
"""Figures that a prompt dominates; in all others output tokens do."""
_WORK = tuple(f.name for f in fields(Work))
_LOAD = ("kv_bytes", "batch", "prompt", "output", "metric")
_WIDTH = 8
"""The most logarithms that add up to one coefficient."""
COEFFICIENTS = tuple(coefficient_keys(Kinds(engine="", body="", expert="", arch="", link="")))
_KEYS = len(_WORK) + len(_LOAD)
_OFFSETS = _KEYS + _WIDTH * len(COEFFICIENTS)
_GROUPS = _OFFSETS + 2
GROUPS = ("device", "config", "publisher")
"""What the last columns count."""


def is_first(case: Case) -> bool:
    """Whether the prompt dominates the figure."""
    return case.row.metric in FIRST


def offsets(case: Case) -> tuple[str, ...]:
    """The publisher's offset, and that of how it hands requests over: not the machine's."""
    if case.kinds.alone:
        # One publisher measured it: its offset cannot be told from the engine's own terms.
        return ()
    by = f"by-first:{case.row.publisher}" if is_first(case) else f"by:{case.row.publisher}"
    return (by, case.row.protocol) if case.row.protocol else (by,)


def _groups(case: Case) -> tuple[str, ...]:
    return case.device, case.config, case.row.publisher


class Features(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Transformer: cases -> an array (n, columns) of work, load and indices of coefficient names.

    After `fit`, `names_` holds the names in order, coefficients and offsets together, and `groups_` by
    `GROUPS` what the last columns count.
    """

    def fit(self, X: Sequence[Case], y: Any = None) -> Features:
        """Learns the names."""
        named = {name for case in X for keys in coefficient_keys(case.kinds).values() for name in keys}
        named |= {name for case in X for name in offsets(case)}
        self.names_: tuple[str, ...] = tuple(sorted(named))
        spelled = zip(*map(_groups, X), strict=True)
        self.groups_ = {name: tuple(sorted(set(of))) for name, of in zip(GROUPS, spelled, strict=True)}
        return self

    def transform(self, X: Sequence[Case]) -> npt.NDArray[np.float64]:
        """One row per case."""
        index = {name: i for i, name in enumerate(self.names_)}
        none = len(self.names_)
        known = [{group: i for i, group in enumerate(self.groups_[name])} for name in GROUPS]
        rows = []
        for case in X:
            keys = coefficient_keys(case.kinds)
            row = [float(getattr(case.work, name)) for name in _WORK]
            row += [case.kv_bytes, case.batch, case.row.prompt, case.row.output]
            row.append(float(METRICS.index(case.row.metric)))
            for name in COEFFICIENTS:
                found = [float(index[key]) for key in keys[name] if key in index]
                row += found + [float(none)] * (_WIDTH - len(found))
            own = [float(index[key]) for key in offsets(case) if key in index]
            row += own + [float(none)] * (2 - len(own))
            row += [float(at[group]) for at, group in zip(known, _groups(case), strict=True)]
            rows.append(row)
        return np.array(rows)


class Columns:
    """The array of `Features` by meaning."""

    def __init__(self, X: npt.NDArray[np.float64]) -> None:
        self.work = Work(**{name: X[:, i] for i, name in enumerate(_WORK)})
        load = {name: X[:, len(_WORK) + i] for i, name in enumerate(_LOAD)}
        self.kv_bytes, self.batch = load["kv_bytes"], load["batch"]
        self.prompt, self.output = load["prompt"], load["output"]
        self.metric = np.array(METRICS)[load["metric"].astype(int)]
        keys = X[:, _KEYS:_OFFSETS].astype(int)
        self.keys = {name: keys[:, _WIDTH * i : _WIDTH * (i + 1)] for i, name in enumerate(COEFFICIENTS)}
        self.offsets = X[:, _OFFSETS:_GROUPS].astype(int)
        self.device, self.config, self.publisher = X[:, _GROUPS:].astype(int).T
        self.first = np.isin(self.metric, FIRST)
        # Rows that ask for the same logarithms share their sum: there are hundreds of such, not thousands.
        self._distinct = {name: np.unique(of, axis=0, return_inverse=True) for name, of in self.keys.items()}

    def __len__(self) -> int:
        return len(self.batch)

    def coefficients(self, theta: npt.NDArray[np.float64]) -> SimpleNamespace:
        """Every coefficient of every row."""
        padded = np.append(theta, 0.0)
        return SimpleNamespace(
            **{
                name: np.exp(padded[distinct].sum(axis=1))[which]
                for name, (distinct, which) in self._distinct.items()
            }
        )

    def offset(self, theta: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Logarithm of what belongs to publisher and protocol, row by row."""
        return np.asarray(np.append(theta, 0.0)[self.offsets].sum(axis=1))

    @cached_property
    def places(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(row, name, part) of every logarithm any row asks for, by row: *part* counts `COEFFICIENTS`, and
        the offset after them."""
        wide = np.hstack([*self.keys.values(), self.offsets])
        part = np.repeat(np.arange(len(COEFFICIENTS)), _WIDTH)
        part = np.append(part, np.full(self.offsets.shape[1], len(COEFFICIENTS)))
        row, column = np.nonzero(wide < wide.max())
        return row, wide[row, column], part[column]
