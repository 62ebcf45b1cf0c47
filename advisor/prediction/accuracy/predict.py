"""Accuracy kept: damage done by a scheme to a model, and what it costs on each kind of task."""

import math
from functools import lru_cache
from typing import Any, NamedTuple

from advisor.catalog.native import trained_ternary
from advisor.documents.kinds import Basis, TaskCategory
from advisor.documents.outcome import Estimate
from advisor.prediction.accuracy.features import ModelFacts, SchemeFacts
from advisor.prediction.accuracy.question import Question, facts_of
from advisor.prediction.artifacts import load
from advisor.prediction.case import Case
from advisor.sizing.weights import Weights

VOCABULARY = 128_256
"""Tokens to guess among where a model does not state its vocabulary: Llama 3's. Guessing evenly bounds damage
from above when no interval is carried."""

_TRAINED_FOR = (
    "no measurement: the format it was trained for holds its ternary weights as they are, but what its "
    "embeddings lose is not known"
)

_NEAREST = 5
"""Measured schemes of the same model that an explanation names."""


class Accuracy(NamedTuple):
    """What a scheme keeps of a model. Percent of the unquantized score; damage as ratio and divergence."""

    retained_pct: dict[TaskCategory, Estimate | None]
    """By category; None = never measured and no way there."""
    loss_upper_pct: dict[TaskCategory, float]
    """One-sided upper bound of the expected loss at the confidence asked for; known categories only."""
    perplexity_ratio: Estimate | None
    kl_divergence: Estimate | None
    """Mean, nats per token."""
    terms: dict[str, Any]
    """For `advisor explain`: latent damage, contributions in log units, category prices, rows behind them."""


def predict(case: Case, weights: Weights) -> Accuracy:
    """Accuracy of the case's model under its scheme and KV type; *weights* are its sizes.

    Estimates cover the expected loss (an infinitely long benchmark's), two-sided at the case's confidence;
    loss_upper_pct is one-sided. Raises NotMeasuredError when nothing was fitted.
    """
    fitted = load("accuracy")
    facts, about = facts_of(case, weights, fitted)
    if facts.bits >= 16 and facts.kv_bits >= 16 and not facts.act:
        reference = case.scheme.reference
        why = "unquantized: what loss is measured against" if reference else "the weights as published"
        if trained_ternary(case.model) and not reference:
            return _unmeasured(case.categories, _TRAINED_FOR)
        return _exact(case.categories, why)
    if facts.method not in fitted["support"]:
        return _unmeasured(case.categories, f"no measurement of method {facts.method!r}")
    asked = (facts, about, case.scheme.name, case.confidence, case.categories)
    return _answered(*asked, case.model.vocab_size or VOCABULARY)


@lru_cache(maxsize=4096)
def _answered(
    facts: SchemeFacts,
    about: ModelFacts,
    scheme: str,
    confidence: float,
    categories: tuple[TaskCategory, ...],
    vocabulary: int,
) -> Accuracy:
    """The fitted answer, found once: engines, machines and contexts do not change it."""
    question = Question(facts, about, load("accuracy"), scheme, confidence)
    found = {category: kept(category, question) for category in categories}
    return Accuracy(
        retained_pct={category: one[0] if one else None for category, one in found.items()},
        loss_upper_pct={category: one[1] for category, one in found.items() if one},
        perplexity_ratio=perplexity_ratio(question, vocabulary),
        kl_divergence=divergence(question, vocabulary),
        terms=_terms(question, {category: one[2] for category, one in found.items() if one}),
    )


WHOLE = 6.0
"""Log price, or log damage, from which on nothing changes in a double: all that can be lost is."""


def loss_at(price: float, ceiling: float) -> float:
    """Loss in percent at a log *price*, at most 100 × *ceiling* (guessing)."""
    return -100.0 * ceiling * math.expm1(-math.exp(min(price, WHOLE)))


def kept(category: TaskCategory, question: Question) -> tuple[Estimate, float, dict[str, Any]] | None:
    """(retained percent, one-sided upper bound of the loss, terms); None where there is no way there."""
    ceiling = question.fitted["ceiling"].get(category)
    if ceiling is None:
        return None
    base, power = line = question.task_line(category)
    z, kv_shift = question.at(category)
    at = z + question.lift / power
    predicted = base + power * (at + kv_shift)
    spread = question.spread(predicted)
    enough = question.enough(category)
    if not enough:
        spread *= question.fitted["borrowed_spread"]
    wide, one_sided = question.task_widths

    def loss(width: float) -> float:
        """At *width* spreads: measured where it was, else predicted and kept between what was."""
        ladder = question.task_ladder(category, width, line)
        if question.cell is not None:
            price = ladder.of(question.cell)
        else:
            price = ladder.between(at, base + power * at + (width * spread if width else 0.0))
        # A quantized KV cache adds to what was measured without one.
        return loss_at(power * kv_shift + price, ceiling)

    value = loss(0.0)
    low, high, upper = (min(loss(-wide), value), max(loss(wide), value), max(loss(one_sided), value))
    basis, evidence = _evidence(question, category, enough)
    estimate = Estimate(value=100 - value, low=100 - high, high=100 - low, basis=basis, evidence=evidence)
    rows, sources = question.support(category)
    terms = {
        "predicted_log_price": predicted,
        "log_spread": spread,
        "sensitivity": base + question.lift,
        "power": power,
        "ceiling_pct": 100 * ceiling,
        "rows": rows,
        "sources": len(sources),
        "basis": basis,
    }
    return estimate, upper, terms


def _evidence(question: Question, category: str, enough: bool) -> tuple[Basis, tuple[str, ...]]:
    cell = question.cell
    task = cell.tasks.get(category) if cell else None
    lines = []
    if task:
        lines.append(
            f"measured: {task.rows} rows, mean {task.mean_retained_pct:g} % kept ({', '.join(task.sources)})"
        )
    elif cell and cell.damage_rows:
        sources = ", ".join(cell.damage_sources)
        lines.append(f"its damage was measured: {cell.damage_rows} rows ({sources})")
    elif cell:
        lines.append(f"other tasks of it were measured: {sum(one.rows for one in cell.tasks.values())} rows")
    lines.append(_support_line(question, category))
    if not enough:
        lines.append("through damage (perplexity, KLD) learned over all methods")
    if not question.known:
        lines.append("this model was never measured: its family may differ")
    lines += question.task_note
    if task and question.facts.kv_bits >= 16:
        return "measured", tuple(lines)
    return "interpolated" if enough else "extrapolated", tuple(lines)


def _support_line(question: Question, kind: str) -> str:
    rows, sources = question.support(kind)
    return f"{rows} rows of {len(sources)} sources: {question.facts.method} × {kind}"


def _log_damage(question: Question, kind: str) -> tuple[tuple[float, float, float], Basis, tuple[str, ...]]:
    """Log of *kind* (ppl: of ln ratio; kld) at the middle and both ends, basis and evidence."""
    offset = question.coefficients.get("k0", 0.0) if kind == "kld" else 0.0
    power = question.coefficients.get(f"p:{kind}", 1.0)
    z, kv_shift = question.at()
    cell = question.cell if question.cell and question.cell.damage_rows else None
    measured, predicted = question.task_widths[0], question.width(kind, "two_sided") / power

    def place(side: float) -> float:
        ladder = question.damage_ladder(side * measured if side else 0.0)
        at = ladder.of(cell) if cell else ladder.between(z, z + (side * predicted if side else 0.0))
        return offset + power * (at + kv_shift)

    middle = place(0.0)
    ends = (middle, min(place(-1.0), middle), max(place(1.0), middle))
    evidence: tuple[str, ...] = (_support_line(question, kind), *question.width_note(kind))
    if cell and question.facts.kv_bits >= 16:
        sources = ", ".join(cell.damage_sources)
        return ends, "measured", (f"measured: {cell.damage_rows} rows ({sources})", *evidence)
    return ends, "interpolated" if question.enough(kind) else "extrapolated", evidence


def perplexity_ratio(question: Question, vocabulary: int = VOCABULARY) -> Estimate:
    """Perplexity over that of the unquantized model."""
    most = math.log(vocabulary)
    ends, basis, evidence = _log_damage(question, "ppl")
    return Estimate.of((math.exp(min(math.exp(min(end, WHOLE)), most)) for end in ends), basis, evidence)


def divergence(question: Question, vocabulary: int = VOCABULARY) -> Estimate:
    """Mean KL divergence in nats per token."""
    most = math.log(vocabulary)
    ends, basis, evidence = _log_damage(question, "kld")
    return Estimate.of((min(math.exp(min(end, WHOLE)), most) for end in ends), basis, evidence)


def _exact(categories: tuple[TaskCategory, ...], why: str) -> Accuracy:
    full = Estimate.exact(100.0, why)
    return Accuracy(
        retained_pct=dict.fromkeys(categories, full),
        loss_upper_pct=dict.fromkeys(categories, 0.0),
        perplexity_ratio=Estimate.exact(1.0, why),
        kl_divergence=Estimate.exact(0.0, why),
        terms={},
    )


def _unmeasured(categories: tuple[TaskCategory, ...], why_not: str) -> Accuracy:
    return Accuracy(
        retained_pct=dict.fromkeys(categories),
        loss_upper_pct={},
        perplexity_ratio=None,
        kl_divergence=None,
        terms={"why_not": why_not},
    )


def _terms(question: Question, prices: dict[str, Any]) -> dict[str, Any]:
    """What `advisor explain` shows."""
    facts, about, damage = question.facts, question.about, question.damage
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
        "won_back_by": facts.recovered or "nothing",
        "family": about.family,
        "params_b": about.params_b,
        "year": about.year,
        "model_measured": question.known,
        "categories": prices,
        "measured": [
            {
                "scheme": cell.scheme,
                "imatrix": cell.imatrix,
                "categories": sorted(cell.tasks),
                "damage_rows": cell.damage_rows,
            }
            for cell in sorted(question.cells, key=lambda cell: abs(cell.z - damage.z))[:_NEAREST]
        ],
    }
