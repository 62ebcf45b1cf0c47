"""One phase of local speed, ready to fit: rows, weights, the estimator, and fits that left groups out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from advisor.prediction.local_speed.bounds import least_log_s, peak_log_s
from advisor.prediction.local_speed.work import Work
from advisor.training.fitting.calibrate import rounded
from advisor.training.fitting.folds import SEED, left_out, whole_groups
from advisor.training.local_speed.estimator import SumOfTerms
from advisor.training.local_speed.features import TermFeatures
from advisor.training.local_speed.priors import PRIORS
from advisor.training.local_speed.rows import CROWDS, Row

Vector = npt.NDArray[np.float64]
PHASES = ("decode", "prefill")
FOLDS = 5
"""Parts into which groups are dealt: a fit takes a minute, and more folds than these tell no more."""
LONE = {"decode": (1.0, 0.25), "prefill": (0.7, 0.7)}
"""What is believed of the effect of a device that one source measured: a share of it, and no more than this
in logs. One person's machine may be throttled or shared. Chosen on fewer tables than there are now;
`advisor evaluate --search local_speed` over 80 devices finds no setting of twelve better by more than a
hundredth of the error, and they stayed."""
NOISE = {"decode": 0.3, "prefill": 0.2}
"""Log sd of a row faster than the formula says: chosen as SLACK, of 0.12 to 0.4."""
SLACK = {
    "decode": {"processor": 1.0, "together": 1.0, "moe": 1.4, "dense": 2.5},
    "prefill": {"processor": 1.0, "together": 1.0, "moe": 1.0, "dense": 1.4},
}
"""How many times it that of a slower row is, by what does the work (`slack_of`): on cards most machines reach
nearly what the best reach, processors and experts' kernels lie as far below their middle as above it. Chosen
on sources left out, the part held back not among them, over three draws of folds, of 0.5 to 3.3."""
UNCACHED_BYTES = 3e9
"""Weights larger than any cache of the measured devices (1.1 GB of an EPYC 9684X)."""
LEAST_DEVICES = 5
"""Of a kind, below which the peak itself is the bound."""


def submitter(row: Row) -> str:
    """Who measured: the source, or for tables that many people send rows to, the people with one device."""
    return f"{row.source}|{row.device.key}" if row.source in CROWDS else row.source


def slack_of(phase: str, work: Work) -> float:
    """The entry of SLACK for *work*."""
    if work.shares[-1].device.kind == "cpu" or work.upload_s > 0:
        return SLACK[phase]["processor"]
    if work.sequences > 1:
        return SLACK[phase]["together"]
    return SLACK[phase]["moe" if work.active_share < 1 else "dense"]


def row_weights(rows: Sequence[Row]) -> Vector:
    """Weights with mean 1: a source's rows on one device count as the square root of their number, and so
    do the rows of one cell and those of one device, so that neither a prolific source nor a long sweep nor a
    device that everybody measured owns the fit."""
    groups = Counter(row.cell[:3] for row in rows)
    cells = Counter(row.cell for row in rows)
    raw = np.array(
        [min(row.n, 4.0) ** 0.25 / math.sqrt(groups[row.cell[:3]] * cells[row.cell]) for row in rows]
    )
    total: dict[str, float] = defaultdict(float)
    for row, weight in zip(rows, raw.tolist(), strict=True):
        total[row.device.key] += weight
    raw *= [row.trust / math.sqrt(total[row.device.key]) for row in rows]
    return np.asarray(raw / raw.mean())


@dataclass(frozen=True)
class Problem:
    """One phase's rows; log seconds `y`."""

    phase: str
    rows: tuple[Row, ...]
    reach: dict[str, float]
    """Kind of device -> share of the peak that the fastest machines of the kind reach."""

    @cached_property
    def features(self) -> TermFeatures:
        """The transformer, fitted on all rows: which coefficients there are, and nothing of their values."""
        return TermFeatures(self.phase).fit(self.rows)

    @cached_property
    def X(self) -> Any:
        """The rows' matrix."""
        return self.features.transform(self.rows)

    @cached_property
    def y(self) -> Vector:
        """Log seconds per token."""
        return np.array([row.log_s for row in self.rows])

    @cached_property
    def submitters(self) -> tuple[str, ...]:
        """Who measured each row."""
        return tuple(submitter(row) for row in self.rows)

    @cached_property
    def devices(self) -> tuple[str, ...]:
        """The device of each row."""
        return tuple(row.device.key for row in self.rows)

    def estimator(self) -> SumOfTerms:
        """The estimator, not fitted yet."""
        names, n_slots = self.features.names_, self.features.n_slots_
        return SumOfTerms(names, PRIORS, n_slots, LONE[self.phase], NOISE[self.phase])

    def fitted(self) -> SumOfTerms:
        """The estimator fitted on all rows."""
        return self.estimator().fit(self.X, self.y, row_weights(self.rows), self.submitters, self.slack)

    @cached_property
    def slack(self) -> Vector:
        """How much farther off a slow row may be than a fast one."""
        return np.array([slack_of(self.phase, row.work) for row in self.rows])

    @cached_property
    def peak_log_s(self) -> Vector:
        """Log seconds below which no interval reaches."""
        return np.array([peak_log_s(self.phase, row.work) for row in self.rows])

    @cached_property
    def least_log_s(self) -> Vector:
        """Log seconds below which no prediction goes."""
        return np.array([least_log_s(self.phase, row.work, self.reach) for row in self.rows])

    def residual(self, log_s: Vector) -> Vector:
        """Log of measured ÷ predicted SPEED, the prediction held below what machines of the kind reach."""
        return np.asarray(np.maximum(log_s, self.least_log_s) - self.y)

    def without(self, groups: Sequence[str], seed: int = SEED) -> Vector:
        """`residual` of every row by a cold fit without its group; *seed* deals groups to folds."""
        found = left_out(
            self.estimator(),
            self.X,
            self.y,
            groups,
            whole_groups(groups, FOLDS, seed),
            sample_weight=row_weights(self.rows),
            groups=np.array(self.submitters),
            slack=self.slack,
        )
        return self.residual(found)


def reach(rows: Sequence[Row]) -> dict[str, float]:
    """`decode|kind of device` -> the share of the bus that its fastest machines reach, never above 1.

    The best row of every device, of those the device in the middle of the upper tenth: dense models whose
    weights no cache holds, one device, nothing doubted.
    """
    best: dict[str, dict[str, float]] = {}
    for row in rows:
        work = row.work
        if work.active_share < 1 or work.n_devices > 1 or len(work.shares) > 1 or work.sequences > 1:
            continue
        if row.phase != "decode" or row.trust < 1 or work.shares[0].read_bytes < UNCACHED_BYTES:
            continue
        share = math.exp(min(0.0, peak_log_s(row.phase, work) - row.log_s))
        kind = best.setdefault(f"{row.phase}|{row.device.kind}", {})
        kind[row.device.key] = max(share, kind.get(row.device.key, 0.0))
    return {
        kind: rounded(float(np.quantile(list(found.values()), 0.95)))
        for kind, found in sorted(best.items())
        if len(found) >= LEAST_DEVICES
    }
