"""Rows of serving engines that the artifact has not seen, beside what it answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from advisor.catalog.models import find_model
from advisor.errors import NotMeasuredError
from advisor.evaluation.serving_speed.evaluate import ASKED
from advisor.evaluation.unseen.scored import CONFIDENCE, Scored, line, relative
from advisor.prediction.serving_speed.measured import Figure, Measured, artifact
from advisor.training.serving_speed.cases import Case, cases
from advisor.training.serving_speed.estimator import StepModel
from advisor.training.serving_speed.features import Features
from advisor.training.serving_speed.priors import PRIORS
from advisor.training.serving_speed.rows import decode
from advisor.training.serving_speed.sample import figure_of


def score(frame: pd.DataFrame, reasons: Counter[str]) -> list[dict[str, Any]]:
    """Lines by what people ask; errors of times, which are those of rates too."""
    rows, left_out = decode(frame)
    asked = [case for case in cases(rows, left_out) if not case.waits]
    reasons.update(left_out)
    if not asked:
        return []
    answered = []
    for case, log_s in zip(asked, _log_seconds(asked), strict=True):
        try:
            answered.append((case, _scored(case, log_s)))
        except NotMeasuredError as error:
            reasons[str(error)] += 1
    lines: list[dict[str, Any]] = []
    for name, (_, mask) in ASKED.items():
        lines += line(name, [scored for case, scored in answered if mask(case)], relative)
    return lines


def _log_seconds(asked: Sequence[Case]) -> list[float]:
    """The formula with the artifact's coefficients, without corrections."""
    features = Features().fit(asked)
    fitted = artifact()["coefficients"]
    theta = np.array([fitted.get(name, 0.0) for name in features.names_])
    found: list[float] = StepModel(features.names_, PRIORS).forward(features.transform(asked), theta).tolist()
    return found


def _scored(case: Case, log_s: float) -> Scored:
    figure = cast("Figure", figure_of(case).split("|")[0])
    measured = Measured(case.gpu, case.row.devices, find_model(case.model), case.family, case.row.engine)
    seconds = math.exp(log_s + measured.effect(figure))
    factor = measured.factor(figure, case.batch, CONFIDENCE)
    inside = seconds / factor <= case.row.seconds <= seconds * factor
    return Scored(case.row.publisher, case.row.seconds, seconds, inside)
