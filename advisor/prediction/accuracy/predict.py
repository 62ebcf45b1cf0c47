"""Accuracy kept: damage done by a scheme to a model, and what it costs on each kind of task."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from advisor.documents.kinds import TaskCategory
from advisor.documents.outcome import Estimate
from advisor.prediction.accuracy.facts import model_facts, scheme_facts
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
from advisor.prediction.accuracy.measured import cell_of, cells_of, curve, interpolate, placed
from advisor.prediction.artifacts import load
from advisor.prediction.case import Case
from advisor.sizing.weights import Weights

ENOUGH_ROWS, ENOUGH_SOURCES = 30, 3
"""Fewer for a method and a category: the figure is extrapolated, and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """What a scheme keeps of a model. Percent of the unquantized score; damage as ratio and divergence."""

    retained_pct: dict[TaskCategory, Estimate | None]
    """By category; None = never measured and no way there."""
    loss_upper_pct: dict[TaskCategory, float]
    """One-sided upper bound of the expected loss at the confidence asked for; known categories only."""
    perplexity_ratio: Estimate | None
    kl_divergence: Estimate | None
    """Mean, nats per token."""
    terms: dict[str, Any] = field(default_factory=dict)
    """For `advisor explain`: latent damage, contributions in log units, category prices, rows behind them."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Latent log-damage and its parts."""

    z: float
    noises: dict[str, float]
    model: float


def predict(case: Case, weights: Weights) -> Accuracy:
    """Accuracy that *case* keeps on its categories.

    Estimates cover the expected loss (an infinitely long benchmark's), two-sided at the case's confidence;
    loss_upper_pct is one-sided. Raises NotMeasuredError when nothing was fitted.
    """
    categories = case.categories
    fitted = load("accuracy")
    facts = scheme_facts(case.scheme, weights, case.imatrix, case.kv_type, fitted["spans"])
    about = model_facts(case.model, fitted["default_year"])
    if facts.kv_bits >= 16 and (facts.method == "none" or (facts.bits >= 16 and not facts.act)):
        return _exact(categories)
    if facts.method != "none" and facts.method not in fitted["support"]:
        return Accuracy(
            retained_pct=dict.fromkeys(categories),
            loss_upper_pct={},
            perplexity_ratio=None,
            kl_divergence=None,
            terms={"why_not": f"no measurement of method {facts.method!r}"},
        )
    damage = latent(facts, about, fitted["coefficients"])
    asked = _Question(fitted, facts, about, damage, case)
    found = {category: _category(category, asked) for category in categories}
    return Accuracy(
        retained_pct={category: one[0] if one else None for category, one in found.items()},
        loss_upper_pct={category: one[1] for category, one in found.items() if one},
        perplexity_ratio=_damage(asked, "ppl"),
        kl_divergence=_damage(asked, "kld"),
        terms=_terms(asked, {category: one[2] for category, one in found.items() if one}),
    )


def latent(facts: SchemeFacts, about: ModelFacts, coefficients: dict[str, float]) -> Damage:
    """Log-damage: the three noises added, plus what the model contributes."""
    noises = {}
    if facts.bits < 16:
        noises["weights"] = dot(coefficients, weight_features(facts))
    if facts.act:
        noises["activations"] = dot(coefficients, activation_features(facts))
    if facts.kv_bits < 16:
        noises["kv"] = dot(coefficients, kv_features(facts))
    own = dot(coefficients, model_features(about, facts.bits))
    return Damage(log_add(list(noises.values())) + own, noises, own)


def loss_at(price: float, ceiling: float) -> float:
    """Loss in percent at a log *price*, at most 100 × *ceiling* (guessing)."""
    return -100.0 * ceiling * math.expm1(-math.exp(min(price, 6.0)))


class _Question:
    """One question: the scheme on the model, with what is known of both."""

    __slots__ = (
        "about",
        "cell",
        "coefficients",
        "damage",
        "facts",
        "fitted",
        "group",
        "knots",
        "known",
        "lift",
        "q",
        "spread",
    )

    def __init__(
        self,
        fitted: dict[str, Any],
        facts: SchemeFacts,
        about: ModelFacts,
        damage: Damage,
        case: Case,
    ) -> None:
        self.fitted, self.facts, self.about, self.damage = fitted, facts, about, damage
        self.coefficients = fitted["coefficients"]
        self.group = group_of(facts)
        self.cell = cell_of(about.name, self.group, case.scheme.name, facts.calibrated)
        self.known = f"model:{about.name}" in self.coefficients
        self.spread = tuple(fitted["spread_known" if self.known else "spread"])
        self.knots = tuple(fitted["price_knots"])
        self.q = _quantiles(case.confidence)
        self.lift = dot(self.coefficients, activation_lift(facts))

    def at_task(self, category: str) -> tuple[float, float]:
        """Damage without a quantized KV cache, and what the cache adds to it on a task of *category*."""
        noises = dict(self.damage.noises)
        if "kv" in noises:
            noises["kv"] = dot(self.coefficients, kv_features(self.facts, category))
        whole = log_add(list(noises.values())) + self.damage.model
        kv = noises.pop("kv", None)
        plain = log_add(list(noises.values())) + self.damage.model if noises else whole
        shift = whole - plain if kv is not None else 0.0
        return (self.cell.z if self.cell else plain), shift

    def support(self, kind: str) -> tuple[int, list[str]]:
        """Rows and sources behind this method and *kind* of figure."""
        return self.fitted["support"].get(self.facts.method, {}).get(kind, (0, []))


def group_of(facts: SchemeFacts) -> str:
    """Methods whose schemes stand in one order of damage."""
    return "gguf" if facts.method.startswith("gguf") else facts.method


def _category(category: str, case: _Question) -> tuple[Estimate, float, dict[str, Any]] | None:
    ceiling = case.fitted["ceiling"].get(category)
    if ceiling is None:
        return None
    base = dot(case.coefficients, task_features(case.about, category, case.facts)) - case.lift
    power = case.coefficients.get(f"p:{category}", 1.0)
    z, kv_shift = case.at_task(category)
    at = z + case.lift / power
    predicted = base + power * (at + kv_shift)
    spread = interpolate(predicted, case.knots, case.spread)
    n_rows, sources = case.support(category)
    enough = n_rows >= ENOUGH_ROWS and len(sources) >= ENOUGH_SOURCES
    if not enough:
        spread *= case.fitted["borrowed_spread"]
    widths = (0.0, -case.q["two_sided"], case.q["two_sided"], case.q["upper"])
    # A quantized KV cache adds to what was measured without one.
    prices = [power * kv_shift + _price(case, category, (base, power), at, spread, width) for width in widths]
    value, low, high, upper = (loss_at(price, ceiling) for price in prices)
    basis, evidence = _evidence(case, category, n_rows, sources, enough)
    estimate = Estimate(
        value=100 - value,
        low=100 - max(high, value),
        high=100 - min(low, value),
        basis=basis,
        evidence=evidence,
    )
    return (
        estimate,
        max(upper, value),
        {
            "log_price": prices[0],
            "predicted_log_price": predicted,
            "log_spread": spread,
            "sensitivity": base + case.lift,
            "power": power,
            "ceiling_pct": 100 * ceiling,
            "rows": n_rows,
            "sources": len(sources),
            "basis": basis,
        },
    )


def _price(
    case: _Question, category: str, line: tuple[float, float], at: float, spread: float, width: float
) -> float:
    """Log price at *width* deviations: measured where it was, else predicted and kept between what was."""
    base, power = line
    zs, values = curve(case.about.name, case.group, category, base, power, width, case.knots, case.spread)
    cell = case.cell
    if cell is not None:
        return values[zs.index(cell.z + cell.lift / power)]
    return placed(zs, values, at, base + power * at + width * spread)


def _evidence(
    case: _Question, category: str, n_rows: int, sources: list[str], enough: bool
) -> tuple[str, tuple[str, ...]]:
    task = case.cell.tasks.get(category) if case.cell else None
    lines = []
    if task:
        lines.append(f"measured: {task[2]} rows, mean {task[4]:g} % kept ({', '.join(task[3])})")
    elif case.cell and case.cell.damage:
        lines.append(
            f"its damage was measured: {case.cell.damage[0]} rows ({', '.join(case.cell.damage[2])})"
        )
    elif case.cell:
        others = sum(one[2] for one in case.cell.tasks.values())
        lines.append(f"other tasks of it were measured: {others} rows")
    lines.append(f"{n_rows} rows of {len(sources)} sources: {case.facts.method} × {category}")
    if not enough:
        lines.append("through damage (perplexity, KLD) learned over all methods")
    if not case.known:
        lines.append("this model was never measured: its family may differ")
    if task and case.facts.kv_bits >= 16:
        return "measured", tuple(lines)
    return "interpolated" if enough else "extrapolated", tuple(lines)


def _damage(case: _Question, kind: str) -> Estimate:
    """Perplexity ratio ('ppl') or mean divergence ('kld')."""
    offset = case.coefficients.get("k0", 0.0) if kind == "kld" else 0.0
    power = case.coefficients.get(f"p:{kind}", 1.0)
    cell = case.cell if case.cell and case.cell.damage and case.facts.kv_bits >= 16 else None
    spread = case.q["damage_known" if case.known else "damage"]
    z = case.damage.z + (cell.dz if cell else 0.0)
    width = case.q["two_sided"] * cell.damage[1] if cell else spread
    n_rows, sources = case.support(kind)
    enough = n_rows >= ENOUGH_ROWS and len(sources) >= ENOUGH_SOURCES
    evidence = (f"{n_rows} rows of {len(sources)} sources: {case.facts.method} × {kind}",)
    basis = "interpolated" if enough else "extrapolated"
    if cell:
        basis, evidence = (
            "measured",
            (f"measured: {cell.damage[0]} rows ({', '.join(cell.damage[2])})", *evidence),
        )
    mids = (offset + power * (z + shift) for shift in (0.0, -width, width))
    if kind == "ppl":
        values = [math.exp(min(math.exp(min(mid, 4.0)), 50.0)) for mid in mids]
    else:
        values = [math.exp(min(mid, 4.0)) for mid in mids]
    return Estimate.of(values, basis, evidence)


def _exact(categories: tuple[str, ...]) -> Accuracy:
    full = Estimate.exact(100.0, "unquantized: what loss is measured against")
    return Accuracy(
        retained_pct=dict.fromkeys(categories, full),
        loss_upper_pct=dict.fromkeys(categories, 0.0),
        perplexity_ratio=Estimate.exact(1.0),
        kl_divergence=Estimate.exact(0.0),
        terms={},
    )


def _terms(case: _Question, prices: dict[str, Any]) -> dict[str, Any]:
    """What `advisor explain` shows."""
    facts, about, damage = case.facts, case.about, case.damage
    return {
        "log_damage": damage.z,
        "noises": damage.noises,
        "model": damage.model,
        "method": facts.method,
        "effective_bits": facts.bits,
        "group": facts.group,
        "activations": facts.act or "16 bits",
        "kv_bits": facts.kv_bits,
        "calibrated": facts.calibrated,
        "family": about.family,
        "params_b": about.params_b,
        "year": about.year,
        "model_measured": case.known,
        "categories": prices,
        "measured": [
            {
                "scheme": c.scheme,
                "imatrix": c.imatrix,
                "categories": sorted(c.tasks),
                "damage_rows": c.damage[0] if c.damage else 0,
            }
            for c in sorted(cells_of(about.name, case.group), key=lambda c: abs(c.z - damage.z))[:5]
        ],
    }


@lru_cache(maxsize=64)
def _quantiles(confidence: float) -> dict[str, float]:
    """Standard deviations (or log factors, for damage) that cover at *confidence*."""
    fitted = load("accuracy")
    return {
        name: interpolate(confidence, fitted["confidences"], row) for name, row in fitted["quantiles"].items()
    }
