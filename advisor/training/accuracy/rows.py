"""The accuracy measurements as rows the model can be fitted on: what is used, how much, and why.

Raw figures are never edited; every exclusion is a rule here with its reason.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from advisor.catalog.models import all_models
from advisor.catalog.rows import every
from advisor.prediction.accuracy.facts import UNSERVED, family_group, release_year
from advisor.prediction.accuracy.features import UNKNOWN_YEAR, ModelFacts, SchemeFacts
from advisor.training.accuracy.benchmarks import benchmark, binomial_error
from advisor.training.accuracy.schemes import has, scheme_facts, text
from advisor.training.data.clean import left_out
from advisor.training.data.tables import Record, records

FEW_QUESTIONS = 20
"""Questions behind a score flagged as a small sample, where its error is not stated: the sources used 20 to
100."""
SMALL_BENCHMARK = 300
"""A benchmark of at most so many questions (HumanEval, RTE) is the small sample itself."""
CHART_ERROR = 0.1
"""Share by which a figure read off a chart may be off, as the flag says."""
NLL_ERROR = 0.002
"""Standard error of ln PPL ratio: llama.cpp's paired estimate on WikiText-2 prints 0.0005-0.003 for 4 to 8
bits (https://github.com/ggml-org/llama.cpp/blob/master/tools/perplexity/README.md)."""
KLD_ERROR = 0.0005
"""Standard error of a mean divergence, likewise (0.0001 to 0.001 there)."""
LARGEST_ERROR = 1.5
"""Of a log divergence: a factor of 4.5 either way, with which the row says hardly anything."""
GUESSING = (1.25, 0.02)
"""A full model that scores less than a quarter more than chance, and two points, guesses (a judgement)."""
LEAST_CEILING = 0.05
"""Share that can be lost where the full model is near chance: log prices stay finite (a judgement)."""
SMALL_NLL = 0.01
"""Below this a logarithm would turn noise into damage (or is undefined): such rows are fitted as they are."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One figure to learn from."""

    kind: str
    """ppl (y = log of ln PPL ratio), nll (y = ln PPL ratio, where that is near 0 or below), kld (y = log of
    mean KLD), task (y = loss in percent of the baseline)."""
    y: float
    sigma: float
    """Known error of y: benchmark sampling, or the noise of a perplexity difference."""
    scheme: SchemeFacts
    model: ModelFacts
    source: str
    category: str = "language-modelling"
    dataset: str = ""
    ceiling: float = 1.0
    """Share of the baseline that can be lost: down to guessing."""
    n: float = 1.0
    cell: tuple[str, str] = ("", "")
    """Unified model and scheme name: '' where the catalogue knows no such name."""
    score: tuple[float, float] = (math.nan, math.nan)
    """Quantized and full score in points."""
    reference: SchemeFacts | None = None
    """The quantized model that the row is compared with; None for the unquantized one."""


def rows(table: pd.DataFrame) -> list[Row]:
    """Every usable figure of the accuracy table (`tables.load('accuracy')`)."""
    found = (_row(record) for record in records(table) if not left_out_reason(record))
    return [row for row in found if row is not None]


def left_out_reason(r: Record) -> str:
    """The reason a row is not used; '' when it is."""
    if why := left_out("accuracy", r):
        return why
    if any(word in str(r["scheme"]).lower() for word in UNSERVED):
        return "no engine runs it"
    if r["kv_bits"] < 4:
        return "KV cache below 4 bits: no engine stores it"
    return ""


def _row(r: Record) -> Row | None:
    scheme, model = scheme_facts(r), model_facts(r)
    if scheme is None or not model.params_b > 0:
        return None
    common = {
        "scheme": scheme,
        "model": model,
        "source": r["source_id"],
        "dataset": text(r["dataset"]),
        "n": float(r.get("n") or 1),
        "cell": (text(r.get("model_name")), text(r.get("scheme_name"))),
        "reference": _reference(r),
    }
    value, base, metric = r["value"], r["baseline_value"], r["metric"]
    if metric == "kld_mean":
        return _divergence(r, common)
    if metric in ("ppl", "ppl_ratio"):
        ratio = value if metric == "ppl_ratio" else value / base if base and base > 0 else math.nan
        return _perplexity(ratio, r, common)
    if metric not in ("accuracy_pct", "pass1_pct", "score", "recovery_pct") or not base or not base > 0:
        return None
    return _task(r, value, base, common)


QUANTIZED_REFERENCES = {
    r"q8_0": SchemeFacts("gguf-legacy", 8.5),
    r"i?q6_k": SchemeFacts("gguf-k", 6.56),
    r"iq5_k": SchemeFacts("gguf-ik", 5.5),
    r"q4_0": SchemeFacts("gguf-legacy", 4.55),
    r"ud-": SchemeFacts("gguf-ud", 4.8),
    r"w4a16-dashq-g32": SchemeFacts("papers", 4.0, 32),
    r"wint4": SchemeFacts("rtn", 4.0, -1),
    r"fp8|mxfp8": SchemeFacts("fp8", 8.0, 0, "fp8"),
}
"""Pattern of `baseline_precision` -> the scheme of the reference, where it is itself quantized."""


def _reference(r: Record) -> SchemeFacts | None:
    """What the row is compared with; None for the unquantized model."""
    stated = text(r["baseline_precision"]).lower()
    if has(r, "kv_only") or "native" in stated:
        return None
    if not stated and has(r, "quantized_reference"):
        stated = "fp8"
    found = (about for name, about in QUANTIZED_REFERENCES.items() if re.match(name, stated))
    return next(found, None)


def _perplexity(ratio: float, r: Record, common: dict[str, Any]) -> Row | None:
    if not ratio > 0 or ratio > 100 or "LAMBADA" in common["dataset"]:
        return None  # LAMBADA's perplexity is of one word in 5,000: it moves with accuracy, not with damage
    nll = math.log(ratio)
    own = CHART_ERROR if has(r, "chart_reading") else 0.0
    if nll < SMALL_NLL:
        return Row(kind="nll", y=nll, sigma=math.hypot(NLL_ERROR, own * abs(nll)), **common)
    return Row(kind="ppl", y=math.log(nll), sigma=math.hypot(NLL_ERROR / nll, own), **common)


def _divergence(r: Record, common: dict[str, Any]) -> Row | None:
    value, reference = r["value"], common["reference"]
    if not value > 0:
        return None
    own = CHART_ERROR if has(r, "chart_reading") else 0.0
    if reference is not None:
        if common["scheme"].bits > reference.bits - 1.0:
            return None  # the reference is damaged as much as what is measured
        # Each bit of distance halves the reference's part in the divergence, and more (NOISE_PER_BIT).
        own = math.hypot(own, 2.0 ** (common["scheme"].bits - reference.bits))
    error = math.hypot(own, min(LARGEST_ERROR, KLD_ERROR / value))
    return Row(kind="kld", y=math.log(value), sigma=error, **(common | {"reference": None}))


def _task(r: Record, value: float, base: float, common: dict[str, Any]) -> Row | None:
    questions, chance = benchmark(common["dataset"])
    if has(r, "small_sample") and questions > SMALL_BENCHMARK:
        questions = FEW_QUESTIONS
    points = 10.0 if "mt-bench" in common["dataset"].lower() else 100.0
    share, base_share = value / points, base / points
    if base_share < GUESSING[0] * chance + GUESSING[1]:
        return None  # the full model itself guesses: the ratio says nothing
    stated = r["stderr"]
    error = binomial_error(base_share, questions) * math.sqrt(2.0)
    if stated and stated > 0:
        error = min(error, stated * math.sqrt(2.0))
    ceiling = max(LEAST_CEILING, 1.0 - chance / base_share)
    loss = 100.0 * (1.0 - share / base_share)
    if has(r, "collapsed"):
        loss = min(loss, 100.0 * ceiling)  # no usable answer at all: below guessing there is nothing to lose
    return Row(
        kind="task",
        y=loss,
        sigma=error / base_share,
        category=r["task_category"],
        ceiling=ceiling,
        score=(100 * share, 100 * base_share),
        **common,
    )


def model_facts(r: Record) -> ModelFacts:
    """The model of a raw row."""
    params = float(r["params_b"])
    active = float(r["active_params_b"]) if r["active_params_b"] == r["active_params_b"] else params
    return ModelFacts(
        text(r.get("model_name")) or str(r["model"]),
        family_group(str(r["family"])),
        params,
        active or params,
        _year(r),
        text(r["variant"]),
    )


def _year(r: Record) -> float:
    years = _release_years()
    name, family = text(r.get("model_name")), str(r["family"])
    return years.get(name) or years.get(f"family:{family}") or UNKNOWN_YEAR


@cache
def _release_years() -> dict[str, float]:
    """Release of every catalogue model, and of every family's first, those outside the catalogue included."""
    found: dict[str, float] = {}
    for model in all_models():
        if model.release:
            year, family = release_year(model.release), f"family:{model.family}"
            found[model.name] = year
            found[family] = min(year, found.get(family, year))
    return found | {f"family:{row['family']}": float(row["year"]) for row in every("family_releases.csv")}
