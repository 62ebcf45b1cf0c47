"""All usable rows as one sample: cases, features, weights, and what of them is known without them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from advisor.prediction.serving_speed.measured import BUSY, SOME
from advisor.training.data.tables import load
from advisor.training.fitting.folds import left_out
from advisor.training.serving_speed.cases import Case, cases
from advisor.training.serving_speed.estimator import StepModel
from advisor.training.serving_speed.features import Features, is_first
from advisor.training.serving_speed.kernels import efficiencies
from advisor.training.serving_speed.priors import PRIORS
from advisor.training.serving_speed.rows import decode

KINDS: dict[str, Callable[[Case], str]] = {
    "source": lambda case: case.row.publisher,
    "device": lambda case: case.device,
    "model": lambda case: case.model_family,
}
"""What is left out whole -> its name of a case."""


@dataclass(frozen=True)
class Sample:
    """Rows in the same order everywhere. y is the logarithm of seconds."""

    cases: tuple[Case, ...]
    features: Features
    X: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    reasons: dict[str, int]
    """Why figures were left out -> how many."""

    def model(self) -> StepModel:
        """The estimator, not fitted."""
        return StepModel(self.features.names_, PRIORS.with_fitted(efficiencies()))

    def fitted(self) -> StepModel:
        """The estimator on all rows."""
        return self.model().fit(self.X, self.y, self.weight)

    def groups(self, kind: str) -> list[str]:
        """The name of *kind* of every row."""
        return [KINDS[kind](case) for case in self.cases]

    def left(self, kind: str, model: StepModel | None = None) -> npt.NDArray[np.float64]:
        """log(measured / predicted) of every row by a cold fit, of what is shipped or of *model*, without its
        *kind*."""
        found = left_out(model or self.model(), self.X, self.y, self.groups(kind), sample_weight=self.weight)
        return np.asarray(self.y - found)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One line per row: the case, the names it is grouped by, and whether its engine's kernels are its
        own (`alone`)."""
        about = [
            (c, c.row.publisher, c.device, f"{c.row.publisher}|{c.device}", figure_of(c), c.kinds.alone)
            for c in self.cases
        ]
        return pd.DataFrame(about, columns=["case", "publisher", "device", "machine", "figure", "alone"])


def sample_of(found: Sequence[Case], reasons: dict[str, int]) -> Sample:
    """The sample of *found*."""
    usable = tuple(case for case in found if not case.waits)
    features = Features().fit(usable)
    y = np.log([case.row.seconds for case in usable])
    return Sample(usable, features, features.transform(usable), y, row_weights(usable), reasons)


@cache
def sample() -> Sample:
    """The sample of measurements/speed_serving."""
    rows, reasons = decode(load("speed_serving"))
    return sample_of(cases(rows, reasons), reasons)


_OWN = 0.25
"""A publisher's rows weigh as the number to the power of three quarters: thousands of one set-up say less
than as many of several. Chosen between 0, a quarter and a half on publishers left out, in two partitions."""


def row_weights(found: Sequence[Case]) -> npt.NDArray[np.float64]:
    """One weight per row; the n rows that say the same thing many times weigh 1 / sqrt(n) each, and those of
    a publisher of many less than those of one of few. What all weigh together is as without the latter."""
    groups = [
        (c.row.source, c.device, c.model, c.row.engine, c.family, c.row.metric, c.row.protocol) for c in found
    ]
    count, rows = Counter(groups), Counter(c.row.publisher for c in found)
    alike = np.array([count[group] ** -0.5 for group in groups])
    weight = alike * np.array([rows[c.row.publisher] ** -_OWN for c in found])
    return np.asarray(weight * alike.sum() / weight.sum())


def seen(found: Sequence[Case], kind: str) -> npt.NDArray[np.bool_]:
    """Whether the device and the engine's kernel of a row are measured outside the row's own *kind*."""
    about = [(case.device, f"{case.row.engine}|{case.family}", KINDS[kind](case)) for case in found]
    table = pd.DataFrame(about, columns=["device", "kernel", "own"])
    enough = np.ones(len(found), bool)
    for what in ("device", "kernel"):
        own = table.groupby([what, "own"])["own"].transform("size")
        enough &= (table.groupby(what)["own"].transform("size") - own >= SOME).to_numpy(bool)
    return enough


def figure_of(case: Case) -> str:
    """first (a prompt's time), token (time per output token) or load (requests done), and whether the
    machine is calm or busy."""
    figure = "first" if is_first(case) else "token" if case.row.metric in ("tpot", "step") else "load"
    return f"{figure}|{'busy' if case.batch > BUSY else 'calm'}"
