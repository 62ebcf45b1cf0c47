"""Rows of local engines that the artifact has not seen, beside what it answers."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pandas as pd

from advisor.documents.outcome import Estimate
from advisor.evaluation.local_speed.evaluate import GROUPS
from advisor.evaluation.unseen.scored import CONFIDENCE, Scored, line, relative
from advisor.prediction.artifacts import load
from advisor.prediction.local_speed.predict import Asked, estimate
from advisor.prediction.own.evidence import Phase
from advisor.training.data.clean import clean
from advisor.training.data.tables import records
from advisor.training.local_speed.fit import PHASES
from advisor.training.local_speed.rows import Row, usable_row


def score(frame: pd.DataFrame, reasons: Counter[str]) -> list[dict[str, Any]]:
    """Lines by phase and kind of work; errors of tokens per second."""
    answered: list[tuple[Row, Scored]] = []
    for record in records(clean(frame)):
        row = record["excluded_reason"] or usable_row(record)
        scored = row if isinstance(row, str) else _scored(row)
        if isinstance(row, Row) and isinstance(scored, Scored):
            answered.append((row, scored))
        else:
            reasons[str(scored)] += 1
    lines: list[dict[str, Any]] = []
    for phase in PHASES:
        of = [(row, scored) for row, scored in answered if row.phase == phase]
        for name, mask in GROUPS:
            lines += line(f"{phase}, {name}", [scored for row, scored in of if mask(row)], relative)
    return lines


def _scored(row: Row) -> Scored | str:
    """The row beside what people are told today, of the engine as it is now."""
    asked = Asked(row.model, row.scheme, CONFIDENCE)
    phase: Phase = "decode" if row.phase == "decode" else "prefill"
    found: Estimate | None = estimate(phase, row.work._replace(age_years=0.0), asked, load("local_speed"))[0]
    if found is None:
        return "a device of unknown arithmetic rate"
    speed = math.exp(-row.log_s)
    return Scored(row.source, speed, found.value, found.low <= speed <= found.high)
