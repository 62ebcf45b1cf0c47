"""What was measured of exactly one model and scheme, as shifts of the predicted price with their error.

Two steps: perplexity and KLD rows shift the damage; task rows then shift the price of their category. Both
are posteriors under the spread the prediction itself has, so one noisy benchmark moves little and twenty
agreeing ones decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.errors import AdvisorError
from advisor.prediction.accuracy.facts import model_facts, recovery, scheme_facts
from advisor.prediction.accuracy.features import activation_lift, dot
from advisor.prediction.accuracy.question import group_of, latent
from advisor.sizing.weights import weigh
from advisor.training.accuracy.agreement import scatter
from advisor.training.accuracy.frame import frame
from advisor.training.accuracy.intervals import loss_at, noise, price, spread_at
from advisor.training.accuracy.model import AccuracyModel
from advisor.training.accuracy.rows import Row
from advisor.training.fitting.calibrate import rounded

COMMON = 0.5
"""Part of a task's unexplained shift that all tasks of one model and scheme share: the correlation, over
categories of a cell, of the standardized residuals of families left out (0.54 on the families and sources
settings are chosen on)."""
FARTHEST = 1.5
"""A row farther from the prediction (in log damage) counts as this far: a misprint must not move a cell."""
_short = partial(rounded, digits=5)
"""No shift is known to a ten thousandth of itself."""


@dataclass(frozen=True)
class Fitted:
    """What the cells are held against."""

    model: AccuracyModel
    document: dict[str, Any]
    """The artifact so far: spans, coefficients, intervals, repetition."""
    source_scatter: float
    """Of log damage, between sources of one configuration."""
    sources: list[str]

    @property
    def damage_spread(self) -> float:
        """Scatter of one scheme's log damage about its model's curve."""
        return float(self.model.row_errors_[0])

    @property
    def set_up_scatter(self) -> float:
        """Share of a loss that set-ups of one benchmark (prompt, shots, version) move it by."""
        return float(self.model.row_errors_[1])


def cells(rows: Sequence[Row], model: AccuracyModel, document: dict[str, Any]) -> dict[str, Any]:
    """The document `accuracy_cells.json`: `model:NAME` -> measured schemes by predicted damage."""
    grouped: dict[tuple[str, str, bool], list[Row]] = {}
    for row in rows:
        name, scheme = row.cell
        plain = row.scheme.kv_bits >= 16 and row.reference is None
        if name and scheme and plain and row.scheme.recovered == recovery(scheme):
            grouped.setdefault((name, scheme, row.scheme.calibrated), []).append(row)
    sources = sorted({row.source for members in grouped.values() for row in members})
    fitted = Fitted(model, document, scatter(frame(rows)), sources)
    models: dict[str, list[dict[str, Any]]] = {}
    for (name, scheme, calibrated), members in sorted(grouped.items()):
        about = _placed(name, scheme, calibrated, fitted)
        if about is not None:
            cell = _cell(members, fitted)
            models.setdefault(name, []).append({**about, "scheme": scheme, "imatrix": calibrated, **cell})
    for found in models.values():
        found.sort(key=lambda cell: (cell["group"], cell["z"], cell["scheme"], cell["imatrix"]))
    return {"format": 2, "sources": sources} | {f"model:{name}": found for name, found in models.items()}


def _placed(name: str, scheme: str, calibrated: bool, fitted: Fitted) -> dict[str, Any] | None:
    """Damage the prediction gives this cell, and its group; None when the catalogue cannot size it."""
    coefficients = fitted.document["coefficients"]
    try:
        profile, about = find_model(name), find_scheme(scheme)
        imatrix = calibrated if about.is_gguf else None
        weights = weigh(profile, about, imatrix)
        facts = scheme_facts(about, weights, imatrix, "f16", fitted.document["spans"])
    except AdvisorError:
        return None
    if facts.method == "none":
        return None
    damage = latent(facts, model_facts(profile), coefficients)
    found = {"z": _short(damage.z), "group": group_of(facts)}
    lift = dot(coefficients, activation_lift(facts))
    return found | {"lift": _short(lift)} if lift else found


def _cell(members: list[Row], fitted: Fitted) -> dict[str, Any]:
    damaged = [row for row in members if row.kind in ("ppl", "kld")]
    shift, error = 0.0, fitted.damage_spread
    if damaged:
        off = np.array([row.y for row in damaged]) - fitted.model.explained(damaged)
        weight = 1.0 / (np.array([row.sigma for row in damaged]) ** 2 + fitted.source_scatter**2)
        precision = 1.0 / fitted.damage_spread**2 + weight.sum()
        shift = float((np.clip(off, -FARTHEST, FARTHEST) * weight).sum() / precision)
        error = float(precision**-0.5)
    cell: dict[str, Any] = {"dz": _short(shift), "tasks": {}}
    if damaged:
        cell["damage"] = [len(damaged), _short(error), _indices(damaged, fitted.sources)]
    alone: dict[str, tuple[float, float, float]] = {}
    for category in sorted({row.category for row in members if row.kind == "task"}):
        tasks = [row for row in members if row.kind == "task" and row.category == category]
        alone[category] = _task_shift(tasks, shift, fitted)
        mean = round(100.0 - float(np.mean([row.y for row in tasks])), 2)
        cell["tasks"][category] = [0.0, 0.0, len(tasks), _indices(tasks, fitted.sources), mean]
    together, common = _shared(alone)
    for category, pair in together.items():
        cell["tasks"][category][:2] = [_short(value) for value in pair]
    if common:
        cell["common"] = [_short(value) for value in common]
    return cell


def _shared(
    alone: dict[str, tuple[float, float, float]],
) -> tuple[dict[str, tuple[float, float]], tuple[float, float] | None]:
    """Shift and error by category once the tasks of a cell inform each other; and of a task not measured.

    *alone* holds by category the shift and error each has by itself, and the spread it was held against. In
    spreads, a task's shift is a part shared by the cell plus a part of its own, both normal (COMMON).
    """
    seen: dict[str, tuple[float, float]] = {}
    for category, (mean, error, spread) in alone.items():
        # Of the rows themselves, without what was expected; rows that say nothing still have some.
        precision = max((spread / error) ** 2 - 1.0, 1e-3)
        seen[category] = (mean / spread * (1.0 + precision) / precision, 1.0 / precision)

    def expected(but: str) -> tuple[float, float]:
        weights = {c: 1.0 / (1.0 - COMMON + variance) for c, (_, variance) in seen.items() if c != but}
        precision = 1.0 / COMMON + sum(weights.values())
        return sum(w * seen[c][0] for c, w in weights.items()) / precision, 1.0 / precision + 1.0 - COMMON

    found = {}
    for category, (value, variance) in seen.items():
        prior, wide = expected(category)
        spread = alone[category][2]
        mean = (prior / wide + value / variance) / (1.0 / wide + 1.0 / variance)
        found[category] = (spread * mean, spread * (1.0 / wide + 1.0 / variance) ** -0.5)
    if not seen:
        return found, None
    mean, variance = expected("")
    return found, (mean, variance**0.5)


def _task_shift(tasks: list[Row], shift: float, fitted: Fitted) -> tuple[float, float, float]:
    """Shift of the log price by the rows of one category, its error, and the spread expected beforehand."""
    category, coefficients = tasks[0].category, fitted.model.coef_
    ceiling = np.array([row.ceiling for row in tasks])
    centre = price(fitted.model.predict(tasks), ceiling) + coefficients.get(f"p:{category}", 1.0) * shift
    # Benchmarks of one category differ in price; the known part of that is no shift.
    known = np.array([coefficients.get(f"t:dataset:{category}:{row.dataset}", 0.0) for row in tasks])
    table = fitted.document["intervals"]["known"]["task"]["spread"]
    spread = float(spread_at(np.array([centre.mean()]), table)[0])
    y = np.array([row.y for row in tasks])
    loss = loss_at(centre, ceiling)
    sampling = noise(tasks, loss, fitted.document["repetition"])
    error = np.hypot(sampling, fitted.set_up_scatter * np.maximum(loss, y.clip(0)))
    grid = np.linspace(-4.0, 4.0, 161) * spread  # beyond four spreads lies a 16,000th of what is expected
    at = loss_at((centre + known)[:, None] + grid[None, :], ceiling[:, None])
    # Many rows of one source share its set-up: together they weigh as the square root of their number.
    names = [row.source for row in tasks]
    share = np.array([names.count(name) ** -0.5 for name in names])
    score = (-0.5 * ((y[:, None] - at) / error[:, None]) ** 2 * share[:, None]).sum(axis=0) - 0.5 * (
        grid / spread
    ) ** 2
    posterior = np.exp(score - score.max())
    posterior /= posterior.sum()
    mean = float(posterior @ grid)
    sd = float(np.sqrt(posterior @ (grid - mean) ** 2))
    return mean, sd, spread


def _indices(rows: list[Row], sources: list[str]) -> list[int]:
    return sorted({sources.index(row.source) for row in rows})
