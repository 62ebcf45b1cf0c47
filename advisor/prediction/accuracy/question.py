"""One question to the accuracy model: a scheme on a model, with everything known of both."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from advisor.prediction.accuracy.facts import model_facts, recovery, scheme_facts
from advisor.prediction.accuracy.features import (
    ModelFacts,
    SchemeFacts,
    activation_features,
    activation_lift,
    dot,
    kv_features,
    log_add,
    model_features,
    task_features,
    weight_features,
)
from advisor.prediction.accuracy.ladder import Cell, Ladder, cell_of, cells_of, interpolate, ladder
from advisor.prediction.accuracy.native import is_native
from advisor.prediction.case import Case
from advisor.prediction.interval import groups_wanted, width_at
from advisor.sizing.weights import Weights

ENOUGH_ROWS, ENOUGH_SOURCES = 30, 3
"""Fewer for a method and a category: the figure is extrapolated, and says so."""


class Damage(NamedTuple):
    """Latent log-damage and its parts."""

    z: float
    noises: dict[str, float]
    model: float


def facts_of(case: Case, weights: Weights, fitted: Mapping[str, Any]) -> tuple[SchemeFacts, ModelFacts]:
    """What of the case's scheme and model matters to accuracy; the weights as published lose nothing."""
    facts = scheme_facts(case.scheme, weights, case.imatrix, case.kv_type, fitted["spans"])
    if is_native(case.model, case.scheme):
        facts = SchemeFacts("none", 16.0, kv_bits=facts.kv_bits)
    elif facts.bits < 16 and not facts.recovered:
        facts = facts._replace(recovered=recovery(f"{case.model.name} {case.model.hf_id or ''}"))
    return facts, model_facts(case.model)


def latent(
    facts: SchemeFacts, about: ModelFacts, coefficients: Mapping[str, float], category: str = ""
) -> Damage:
    """Log-damage: three noises added, plus what the model contributes; the cache's as *category* feels it."""
    noises = {}
    if facts.bits < 16:
        noises["weights"] = dot(coefficients, weight_features(facts))
    if facts.act:
        noises["activations"] = dot(coefficients, activation_features(facts))
    if facts.kv_bits < 16:
        noises["kv"] = dot(coefficients, kv_features(facts, about.family, category))
    own = dot(coefficients, model_features(about, facts))
    return Damage(log_add(list(noises.values())) + own, noises, own)


def group_of(facts: SchemeFacts) -> str:
    """Methods whose schemes stand in one order of damage."""
    return "gguf" if facts.method.startswith("gguf") else facts.method


@dataclass(frozen=True)
class Question:
    """Facts, what was fitted, and the confidence asked for."""

    facts: SchemeFacts
    about: ModelFacts
    fitted: Mapping[str, Any]
    scheme: str
    confidence: float

    @property
    def coefficients(self) -> Mapping[str, float]:
        """The fitted coefficients by name."""
        found: Mapping[str, float] = self.fitted["coefficients"]
        return found

    @cached_property
    def known(self) -> bool:
        """Whether this model was measured under any scheme."""
        return f"model:{self.about.name}" in self.coefficients

    @cached_property
    def group(self) -> str:
        """Methods in whose order of damage the scheme stands."""
        return group_of(self.facts)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Measured schemes of this model in that order."""
        return cells_of(self.about.name, self.group)

    @cached_property
    def cell(self) -> Cell | None:
        """The cell of exactly this scheme."""
        return cell_of(self.about.name, self.group, self.scheme, self.facts.calibrated)

    @cached_property
    def damage(self) -> Damage:
        """Predicted log-damage to perplexity."""
        return latent(self.facts, self.about, self.coefficients)

    @cached_property
    def lift(self) -> float:
        """What rounded activations cost a task beyond their damage."""
        return dot(self.coefficients, activation_lift(self.facts))

    def at(self, category: str = "") -> tuple[float, float]:
        """Predicted log-damage with the cache in full precision, and what a quantized cache adds to it."""
        if self.facts.kv_bits >= 16:
            return self.damage.z, 0.0
        whole = latent(self.facts, self.about, self.coefficients, category).z
        if self.facts.method == "none":
            return whole, 0.0
        plain = latent(self.facts._replace(kv_bits=16.0), self.about, self.coefficients).z
        return (self.cell.z if self.cell else plain), whole - plain

    def support(self, kind: str) -> tuple[int, tuple[str, ...]]:
        """Rows and sources behind this method and *kind* of figure."""
        rows, sources = self.fitted["support"].get(self.facts.method, {}).get(kind, (0, ()))
        return rows, tuple(sources)

    def enough(self, kind: str) -> bool:
        """Whether the method was measured often enough on *kind*."""
        rows, sources = self.support(kind)
        return rows >= ENOUGH_ROWS and len(sources) >= ENOUGH_SOURCES

    def calibration(self, kind: str) -> Mapping[str, Any]:
        """Spreads and widths for models as well known as this one: of tasks, ppl or kld."""
        found: Mapping[str, Any] = self.fitted["intervals"]["known" if self.known else "unknown"][kind]
        return found

    def width(self, kind: str, side: str) -> float:
        """Spreads that cover at the confidence asked for; infinite where too few groups carry it."""
        found = width_at(self.calibration(kind)[side], self.confidence)
        return math.inf if found is None else found

    @cached_property
    def task_widths(self) -> tuple[float, float]:
        """Of a task's price, two-sided and one-sided."""
        return self.width("task", "two_sided"), self.width("task", "upper")

    @cached_property
    def task_note(self) -> tuple[str, ...]:
        """Why a task has no interval at this confidence."""
        return self.width_note("task")

    def width_note(self, kind: str) -> tuple[str, ...]:
        """Why there is no interval at this confidence; nothing where there is one."""
        calibration = self.calibration(kind)
        if width_at(calibration["two_sided"], self.confidence) is not None:
            return ()
        wanted, have = groups_wanted(self.confidence), calibration["groups"]
        what = "sources" if self.known else "families"
        return (
            f"{self.confidence:.4g} confidence wants {wanted} {what} of enough rows, {have} were measured: "
            "the interval is everything possible",
        )

    def task_line(self, category: str) -> tuple[float, float]:
        """Sensitivity (activations' lift apart) and power: log price = sensitivity + power · damage."""
        base = dot(self.coefficients, task_features(self.about, category, self.facts)) - self.lift
        return base, self.coefficients.get(f"p:{category}", 1.0)

    def spread(self, price: float) -> float:
        """Standard deviation of a predicted log price."""
        return interpolate(price, self.fitted["price_knots"], self.calibration("task")["spread"])

    def task_ladder(self, category: str, width: float, line: tuple[float, float]) -> Ladder:
        """Log prices of the measured cells, *width* of their own errors from the middle; *line* is what
        `task_line` says of the category.
        """
        base, power = line
        kept, key = _ladders(self.about.name, self.group), (category, width, base, power)
        if key not in kept:
            kept[key] = ladder(self.cells, lambda cell: self._price(cell, category, width, base, power))
        return kept[key]

    def damage_ladder(self, width: float) -> Ladder:
        """Log-damage of the cells whose perplexity or divergence was measured."""
        kept, key = _ladders(self.about.name, self.group), ("", width, 0.0, 1.0)
        if key not in kept:
            kept[key] = ladder(
                [cell for cell in self.cells if cell.damage_rows],
                lambda cell: (cell.z, cell.z + cell.dz + width * cell.damage_error, cell.damage_error),
            )
        return kept[key]

    def _price(
        self, cell: Cell, category: str, width: float, base: float, power: float
    ) -> tuple[float, float, float]:
        """Place of a measured cell on the ladder, its log price, and the price's standard error."""
        at = cell.z + cell.lift / power
        price = base + power * (at + cell.dz)
        task = cell.tasks.get(category)
        if task is not None:
            return at, price + task.shift + width * task.error, task.error
        spread = self.spread(price)
        error = cell.common[1] * spread
        return at, price + cell.common[0] * spread + width * error, error


@cache
def _ladders(model: str, group: str) -> dict[tuple[str, float, float, float], Ladder]:
    """Ladders of a measured model by category, width, sensitivity and power: every scheme of a group has the
    same ones, and to build them for each was a sixth of an answer.
    """
    return {}
