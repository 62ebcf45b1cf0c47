"""Accuracy kept: damage done by a scheme to a model, and what it costs on each kind of task."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.scheme import SchemeProfile
from advisor.prediction.accuracy_facts import model_facts, scheme_facts
from advisor.prediction.accuracy_features import (
    ModelFacts,
    SchemeFacts,
    activation_features,
    dot,
    kv_features,
    log_add,
    model_features,
    task_features,
    weight_features,
)
from advisor.prediction.artifacts import load

ENOUGH_ROWS, ENOUGH_SOURCES = 30, 3
"""Fewer for a method and a category: the figure is extrapolated, and says so."""


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """What a scheme keeps of a model. Percent of the unquantized score; damage as ratio and divergence."""

    retained_pct: dict[str, Estimate | None]
    """By category; None = never measured and no way there."""
    loss_upper_pct: dict[str, float]
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


def predict_accuracy(
    model: ModelProfile, weights: object, scheme: SchemeProfile, imatrix: bool | None, kv_type: str,
    categories: tuple[str, ...], confidence: float = 0.9,
) -> Accuracy:
    """Accuracy of *model* under *scheme* with KV cache *kv_type*; *weights* are `sizing.weights.weigh`'s.

    Estimates cover the expected loss (an infinitely long benchmark's), two-sided at *confidence*;
    loss_upper_pct is one-sided. Raises NotMeasuredError when nothing was fitted.
    """
    fitted = load("accuracy")
    facts = scheme_facts(scheme, weights, imatrix, kv_type)
    about = model_facts(model, fitted["default_year"])
    if facts.method == "none" and facts.kv_bits >= 16:
        return _exact(categories)
    damage = latent(facts, about, fitted["coefficients"])
    if facts.method != "none" and facts.method not in fitted["support"]:
        return Accuracy(
            retained_pct=dict.fromkeys(categories), loss_upper_pct={}, perplexity_ratio=None, kl_divergence=None,
            terms={"why_not": f"no measurement of method {facts.method!r}"},
        )
    q_two, q_one = _quantiles(confidence)
    retained: dict[str, Estimate | None] = {}
    upper: dict[str, float] = {}
    prices: dict[str, Any] = {}
    for category in categories:
        found = _category(category, facts, about, damage, fitted, q_two, q_one)
        retained[category] = found[0] if found else None
        if found:
            upper[category] = found[1]
            prices[category] = found[2]
    return Accuracy(
        retained_pct=retained, loss_upper_pct=upper, perplexity_ratio=_ratio(damage, facts, fitted, confidence),
        kl_divergence=_divergence(damage, facts, fitted, confidence), terms=_terms(damage, facts, about, prices),
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


def spread_at(price: float, knots: list[float], table: list[float]) -> float:
    """Standard deviation of the log price's error."""
    return _interpolate(price, knots, table)


def _category(
    category: str, facts: SchemeFacts, about: ModelFacts, damage: Damage, fitted: dict[str, Any],
    q_two: float, q_one: float,
) -> tuple[Estimate, float, dict[str, Any]] | None:
    ceiling = fitted["ceiling"].get(category)
    if ceiling is None:
        return None
    coefficients = fitted["coefficients"]
    price = dot(coefficients, task_features(about, category)) + coefficients.get(f"p:{category}", 1.0) * damage.z
    spread = spread_at(price, fitted["price_knots"], fitted["spread"])
    n_rows, sources = fitted["support"].get(facts.method, {}).get(category, (0, []))
    known = n_rows >= ENOUGH_ROWS and len(sources) >= ENOUGH_SOURCES
    evidence = [f"{n_rows} rows of {len(sources)} sources: {facts.method} × {category}"]
    if sources:
        evidence.append("sources: " + ", ".join(sources[:4]))
    if not known:
        spread *= fitted["borrowed_spread"]
        evidence.append("through damage (perplexity, KLD) learned over all methods")
    value, low, high = (loss_at(price + q * spread, ceiling) for q in (0.0, -q_two, q_two))
    estimate = Estimate(100 - value, 100 - high, 100 - low, "interpolated" if known else "extrapolated", tuple(evidence))
    return estimate, loss_at(price + q_one * spread, ceiling), {
        "log_price": price, "log_spread": spread, "ceiling_pct": 100 * ceiling, "rows": n_rows, "sources": len(sources),
    }


def _ratio(damage: Damage, facts: SchemeFacts, fitted: dict[str, Any], confidence: float) -> Estimate:
    mid = fitted["coefficients"].get("p:ppl", 1.0) * damage.z
    factor = _damage_factor(fitted, confidence)
    value, low, high = (math.exp(min(math.exp(mid + shift), 50.0)) for shift in (0.0, -factor, factor))
    return Estimate(value, low, high, *_damage_evidence(facts, fitted, "ppl"))


def _divergence(damage: Damage, facts: SchemeFacts, fitted: dict[str, Any], confidence: float) -> Estimate:
    coefficients = fitted["coefficients"]
    mid = coefficients.get("k0", 0.0) + coefficients.get("p:kld", 1.0) * damage.z
    factor = _damage_factor(fitted, confidence)
    value, low, high = (math.exp(min(mid + shift, 5.0)) for shift in (0.0, -factor, factor))
    return Estimate(value, low, high, *_damage_evidence(facts, fitted, "kld"))


def _damage_evidence(facts: SchemeFacts, fitted: dict[str, Any], kind: str) -> tuple[str, tuple[str, ...]]:
    n_rows, sources = fitted["support"].get(facts.method, {}).get(kind, (0, []))
    known = n_rows >= ENOUGH_ROWS and len(sources) >= ENOUGH_SOURCES
    return "interpolated" if known else "extrapolated", (f"{n_rows} rows of {len(sources)} sources: {facts.method} × {kind}",)


def _exact(categories: tuple[str, ...]) -> Accuracy:
    full = Estimate.exact(100.0, "unquantized: what loss is measured against")
    return Accuracy(
        retained_pct=dict.fromkeys(categories, full), loss_upper_pct=dict.fromkeys(categories, 0.0),
        perplexity_ratio=Estimate.exact(1.0), kl_divergence=Estimate.exact(0.0), terms={},
    )


def _terms(damage: Damage, facts: SchemeFacts, about: ModelFacts, prices: dict[str, Any]) -> dict[str, Any]:
    return {
        "log_damage": damage.z, "noises": damage.noises, "model": damage.model, "method": facts.method,
        "effective_bits": facts.bits, "group": facts.group, "activations": facts.act or "16 bits",
        "kv_bits": facts.kv_bits, "calibrated": facts.calibrated, "family": about.family,
        "params_b": about.params_b, "year": about.year, "categories": prices,
    }


@lru_cache(maxsize=64)
def _quantiles(confidence: float) -> tuple[float, float]:
    fitted = load("accuracy")
    grid = fitted["confidences"]
    return (
        _interpolate(confidence, grid, fitted["quantiles"]["two_sided"]),
        _interpolate(confidence, grid, fitted["quantiles"]["upper"]),
    )


def _damage_factor(fitted: dict[str, Any], confidence: float) -> float:
    return _interpolate(confidence, fitted["confidences"], fitted["quantiles"]["damage"])


def _interpolate(x: float, xs: list[float], ys: list[float]) -> float:
    """Piecewise linear, flat beyond the ends."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    i = bisect_left(xs, x)
    return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])
