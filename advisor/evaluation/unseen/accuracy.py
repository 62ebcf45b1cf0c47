"""Accuracy rows that the artifact has not seen, beside what it answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from advisor.documents.kinds import TaskCategory
from advisor.evaluation.accuracy.figures import BIT_RANGES
from advisor.evaluation.unseen.scored import CONFIDENCE, Scored, factor, line, points
from advisor.prediction.accuracy.predict import divergence, kept, perplexity_ratio
from advisor.prediction.accuracy.question import Question
from advisor.prediction.artifacts import load
from advisor.training.accuracy.frame import offered
from advisor.training.accuracy.intervals import noise
from advisor.training.accuracy.rows import Row, rows

DAMAGE = {"ppl": "ln PPL ratio", "kld": "KLD"}


def score(frame: pd.DataFrame, reasons: Counter[str]) -> list[dict[str, Any]]:
    """Lines by figure: losses in points of the unquantized score, damage as a factor."""
    usable = rows(frame)
    reasons["no figure that the accuracy model reads"] += len(frame) - len(usable)
    asked = [row for row in usable if offered(row) and row.reference is None]
    reasons["no scheme that engines offer, or against a quantized model"] += len(usable) - len(asked)
    answered = [(row, scored) for row in asked if (scored := _scored(row)) is not None]
    reasons["too small to measure, or never measured at all"] += len(asked) - len(answered)
    found: list[dict[str, Any]] = []
    for name, low, high in BIT_RANGES:
        tasks = [s for row, s in answered if row.kind == "task" and low <= row.scheme.bits < high]
        found += line(f"loss on tasks, {name}", tasks, points)
    for kind, name in DAMAGE.items():
        found += line(name, [s for row, s in answered if row.kind == kind], factor)
    return found + _needs([s for row, s in answered if row.kind == "task"])


def _scored(row: Row) -> Scored | None:
    question = Question(row.scheme, row.model, load("accuracy"), row.cell[1], CONFIDENCE)
    if row.scheme.method not in question.fitted["support"] | {"none": {}}:
        return None
    if row.kind == "task":
        return _task(row, question)
    if row.kind not in DAMAGE:
        return None
    estimate = perplexity_ratio(question) if row.kind == "ppl" else divergence(question)
    ends = np.array([estimate.value, estimate.low, estimate.high])
    value, low, high = np.log(np.maximum(ends, 1.0 + 1e-9)) if row.kind == "ppl" else ends
    measured = math.exp(row.y)
    return Scored(row.source, measured, float(value), bool(low <= measured <= high))


def _task(row: Row, question: Question) -> Scored | None:
    """The loss in points; its interval holds the expected loss, so the benchmark's own error is added."""
    answer = kept(cast("TaskCategory", row.category), question)
    if answer is None:
        return None
    estimate, loss = answer[0], 100.0 - answer[0].value
    error = float(noise([row], np.array([loss]), question.fitted["repetition"])[0])
    side = (loss - (100.0 - estimate.high)) if row.y < loss else (100.0 - estimate.low) - loss
    reach = math.hypot(side, question.width("task", "two_sided") * error)
    return Scored(row.source, row.y, loss, abs(row.y - loss) <= reach)


def _needs(tasks: Sequence[Scored]) -> list[dict[str, Any]]:
    """ "Loses at most 3 %", by the expected loss: how often that was right, and how many were found."""
    said, true = ([s.predicted <= 3 for s in tasks], [s.measured <= 3 for s in tasks])
    if not any(said):
        return []
    hits = sum(a and b for a, b in zip(said, true, strict=True))
    name = "loses at most 3 %"
    return [
        {
            "figure": name,
            "rows": len(tasks),
            "precision": hits / sum(said),
            "recall": hits / max(1, sum(true)),
        }
    ]
