"""The accuracy measurements as rows the model can be fitted on: what is used, how much, and why.

Raw figures are never edited; every exclusion is a rule here with its reason.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd

from advisor.prediction.accuracy.facts import family_group, release_year
from advisor.prediction.accuracy.features import ModelFacts, SchemeFacts
from advisor.training.accuracy.benchmarks import benchmark, binomial_error
from advisor.training.accuracy.schemes import scheme_facts, text

TRAINED = ("QAT", "EfficientQAT", "DWQ", "PV-", "Recover", "LoRA", "EoRA")
"""The weights were trained again after (or for) quantization: damage of another kind, not predicted."""
LEFT_OUT_METHODS = (
    "PB-LLM",
    "BiLLM",
    "DB-LLM",
    "VPTQ",
    "QUIK",
    "OV-nf4",
    "Codebook",
    "MXFP8",
    "uniform",
    "LQER",
)
"""Research schemes no engine of the catalogue runs."""
TINY = {"edge_llm_bench", "chimeraforge_tr125", "adimyth_llama31_8b", "oobabooga_benchmark", "can_ai_code"}
"""20 to 100 questions: the sampling error (5-10 points) exceeds every effect. Perplexities stay."""
RELEASED = {
    "llama-1": 2023.15,
    "vicuna": 2023.3,
    "longchat": 2023.5,
    "chatglm2": 2023.5,
    "chatglm3": 2023.8,
    "bloom": 2022.5,
    "gpt-j": 2021.4,
    "falcon": 2023.4,
    "redpajama": 2023.35,
    "qwen": 2023.7,
    "mamba": 2023.9,
    "dolly": 2023.3,
    "mpt": 2023.35,
    "baichuan": 2023.7,
    "opt": 2022.35,
    "smollm": 2024.5,
    "qwen3-omni": 2025.7,
    "glm-4": 2024.4,
}
"""First release of families outside the catalogue, from the dates of their Hugging Face cards."""
_RELEASE_DEFAULT = 2024.0
NLL_ERROR = 0.002
"""Standard error of ln PPL ratio: llama.cpp's paired estimate on WikiText-2 prints 0.0005-0.003 for 4 to 8
bits (https://github.com/ggml-org/llama.cpp/blob/master/tools/perplexity/README.md)."""
SMALL_NLL = 0.01
"""Below this a logarithm would turn noise into damage (or is undefined): such rows are fitted as they are."""


@dataclass(slots=True)
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
    cell: tuple[str, str, str] = ("", "", "")
    """Unified model name, scheme name, KV type: '' where the catalogue knows no such name."""
    score: tuple[float, float] = (math.nan, math.nan)
    """Quantized and full score in points."""
    flags: list[str] = field(default_factory=list)


def rows(table: pd.DataFrame) -> list[Row]:
    """Every usable figure of the accuracy table (`tables.load('accuracy')`)."""
    found = []
    for record in table.to_dict("records"):
        if left_out_reason(record):
            continue
        row = _row(record)
        if row is not None:
            found.append(row)
    return found


def left_out_reason(r: dict) -> str:
    """The reason a row is not used; '' when it is."""
    scheme, audit, notes = str(r["scheme"]), str(r["audit"]), str(r["notes"])
    if any(word.lower() in scheme.lower() for word in TRAINED) or "QAT" in str(r["model"]):
        return "trained again"
    if any(word in scheme for word in LEFT_OUT_METHODS):
        return "no engine runs it"
    if "destroyed" in audit:
        return "destroyed model: log damage would dominate the fit"
    if "not established" in audit or "contradict" in audit or "unreliable baseline" in audit:
        return "the audit doubts the row"
    if r["kv_bits"] < 4:
        return "KV cache below 4 bits: no engine stores it"
    if r["source_id"] in TINY and r["metric"] not in ("ppl", "kld_mean"):
        return "20-100 questions"
    if "DWQ" in notes or "own fine-tune" in notes:
        return "trained again"
    return ""


def _row(r: dict) -> Row | None:
    scheme, model = scheme_facts(r), model_facts(r)
    if scheme is None or not model.params_b > 0:
        return None
    cell = (text(r.get("model_name")), text(r.get("scheme_name")), "")
    common = {
        "scheme": scheme,
        "model": model,
        "source": r["source_id"],
        "dataset": text(r["dataset"]),
        "n": float(r.get("n") or 1),
        "cell": cell,
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


def _perplexity(ratio: float, r: dict, common: dict) -> Row | None:
    if not ratio > 0 or ratio > 100 or "LAMBADA" in common["dataset"]:
        return None  # LAMBADA's perplexity is of one word in 5,000: it moves with accuracy, not with damage
    if str(r["baseline_precision"]).lower() in ("q8_0", "q6_k", "iq6_k", "q4_0"):
        return None  # a difference to a quantized model says nothing below its own damage
    nll = math.log(ratio)
    if nll < SMALL_NLL:
        return Row("nll", nll, NLL_ERROR, **common)
    return Row("ppl", math.log(nll), NLL_ERROR / nll, **common)


def _divergence(r: dict, common: dict) -> Row | None:
    value = r["value"]
    if not value > 0:
        return None
    own = 0.0
    reference = text(r["baseline_precision"]).lower()
    quantized = {"q8_0": 8.5, "q6_k": 6.6, "iq6_k": 6.6, "iq5_k": 5.5, "q4_0": 4.5}.get(reference)
    if quantized is not None:
        if common["scheme"].bits > quantized - 1.0:
            return None  # the reference is damaged as much as what is measured
        own = 0.3 * math.exp(-(quantized - common["scheme"].bits - 1.0))
    return Row("kld", math.log(value), math.hypot(own, min(1.5, 0.0005 / value)), **common)


def _task(r: dict, value: float, base: float, common: dict) -> Row | None:
    questions, chance = benchmark(common["dataset"])
    points = 10.0 if "mt-bench" in common["dataset"].lower() else 100.0
    share, base_share = value / points, base / points
    if base_share < 1.25 * chance + 0.02:
        return None  # the full model itself guesses: the ratio says nothing
    stated = r["stderr"]
    error = binomial_error(base_share, questions) * math.sqrt(2.0)
    if stated and stated > 0:
        error = min(error, stated * math.sqrt(2.0))
    ceiling = max(0.05, 1.0 - chance / base_share)
    loss = 100.0 * (1.0 - share / base_share)
    if "collapsed" in str(r["audit"]):
        loss = min(loss, 100.0 * ceiling)  # no usable answer at all: below guessing there is nothing to lose
    return Row(
        "task",
        loss,
        error / base_share,
        category=r["task_category"],
        ceiling=ceiling,
        score=(100 * share, 100 * base_share),
        **common,
    )


def model_facts(r: dict) -> ModelFacts:
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


def _year(r: dict) -> float:
    years = _release_years()
    name = text(r.get("model_name"))
    if name in years:
        return years[name]
    family = str(r["family"])
    return RELEASED.get(family, years.get("family:" + family, _RELEASE_DEFAULT))


_YEARS: dict[str, float] = {}


def _release_years() -> dict[str, float]:
    if not _YEARS:
        from advisor.data import folder

        table = pd.read_csv(
            folder("profiles") / "models.csv", usecols=["name", "family", "release"], dtype=str
        )
        for name, family, release in table.itertuples(index=False):
            if isinstance(release, str):
                year = release_year(release, _RELEASE_DEFAULT)
                _YEARS[name] = year
                _YEARS["family:" + str(family)] = min(year, _YEARS.get("family:" + str(family), 9999.0))
    return _YEARS
