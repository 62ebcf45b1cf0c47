"""The accuracy measurements as rows the model can be fitted on: what is used, how much, and why.

Raw figures are never edited; every exclusion is a rule here with its reason.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from advisor.catalog.models import match_model
from advisor.documents.model import ModelProfile
from advisor.errors import AdvisorError, UnsupportedError
from advisor.prediction.accuracy_facts import (
    LADDERS,
    clamped,
    effective_bits,
    family_group,
    gguf_method,
    release_year,
    steps,
)
from advisor.prediction.accuracy_features import ModelFacts, SchemeFacts
from advisor.training.accuracy_benchmarks import benchmark, binomial_error

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
"""20 to 100 questions: the sampling error (5-10 points) exceeds every effect looked for. Their perplexities stay."""
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
GGUF_BPW = {
    "IQ1_S": 1.78,
    "IQ1_M": 1.95,
    "IQ2_XXS": 2.20,
    "IQ2_XS": 2.43,
    "IQ2_S": 2.55,
    "IQ2_M": 2.76,
    "IQ3_XXS": 3.11,
    "IQ3_XS": 3.32,
    "IQ3_S": 3.51,
    "IQ3_M": 3.66,
    "IQ4_XS": 4.32,
    "IQ4_NL": 4.56,
    "Q2_K_S": 2.79,
    "Q2_K": 3.00,
    "Q3_K_S": 3.50,
    "Q3_K_XS": 3.50,
    "Q3_K": 3.89,
    "Q3_K_M": 3.89,
    "Q3_K_L": 4.22,
    "Q4_0": 4.55,
    "Q4_1": 5.03,
    "Q4_K_S": 4.57,
    "Q4_K": 4.80,
    "Q4_K_M": 4.80,
    "Q5_0": 5.52,
    "Q5_1": 6.00,
    "Q5_K_S": 5.51,
    "Q5_K_M": 5.63,
    "Q6_K": 6.56,
    "Q8_0": 8.5,
}
"""Bits per weight of the repeating layers where neither the row nor the model's shapes say: Llama-3.1-8B's,
from llama-quantize's own printout (measurements/gguf_sizes)."""


NLL_ERROR = 0.002
"""Standard error of ln PPL ratio: llama.cpp's paired estimate on WikiText-2 prints 0.0005-0.003 for 4 to 8 bits
(https://github.com/ggml-org/llama.cpp/blob/master/tools/perplexity/README.md)."""
SMALL_NLL = 0.01
"""Below this a logarithm would turn noise into damage (or is undefined): such rows are fitted as they are."""


@dataclass(slots=True)
class Row:
    """One figure to learn from."""

    kind: str
    """ppl (y = log of ln PPL ratio), nll (y = ln PPL ratio, where that is near 0 or below), kld (y = log of mean
    KLD), task (y = loss in percent of the baseline)."""
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
    if "collapsed" in audit:
        return "collapsed run, at the guessing floor"
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
    cell = (_text(r.get("model_name")), _text(r.get("scheme_name")), "")
    common = {
        "scheme": scheme,
        "model": model,
        "source": r["source_id"],
        "dataset": _text(r["dataset"]),
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
        return None  # a perplexity difference to another quantized model says nothing below that one's own damage
    nll = math.log(ratio)
    if nll < SMALL_NLL:
        return Row("nll", nll, NLL_ERROR, **common)
    return Row("ppl", math.log(nll), NLL_ERROR / nll, **common)


def _divergence(r: dict, common: dict) -> Row | None:
    value = r["value"]
    if not value > 0:
        return None
    own = 0.0
    reference = _text(r["baseline_precision"]).lower()
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
    loss = 100.0 * (1.0 - share / base_share)
    return Row(
        "task",
        loss,
        error / base_share,
        category=r["task_category"],
        ceiling=max(0.05, 1.0 - chance / base_share),
        score=(100 * share, 100 * base_share),
        **common,
    )


def model_facts(r: dict) -> ModelFacts:
    """The model of a raw row."""
    params = float(r["params_b"])
    active = float(r["active_params_b"]) if r["active_params_b"] == r["active_params_b"] else params
    return ModelFacts(
        _text(r.get("model_name")) or str(r["model"]),
        family_group(str(r["family"])),
        params,
        active or params,
        _year(r),
        _text(r["variant"]),
    )


def _year(r: dict) -> float:
    years = _release_years()
    name = _text(r.get("model_name"))
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


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def scheme_facts(r: dict) -> SchemeFacts | None:
    """The scheme of a raw row; None when it cannot be told."""
    scheme, method = str(r["scheme"]), str(r["method"])
    kv = r["kv_bits"] if r["kv_bits"] == r["kv_bits"] else 16.0
    bits = 16 if "weights" in str(r["baseline_precision"]) else r["weight_bits"]  # only the KV cache differs
    act = _activation(r, scheme, method)
    if bits == 16:
        return SchemeFacts("none", 16.0, 0, act, kv) if kv < 16 or act else None
    pure = "-pure" in scheme
    if method.startswith("gguf") or method in ("exl2", "exl3"):
        name, bits = gguf_method(scheme, method), _sized_bits(r) or _gguf_bits(r, scheme)
        return SchemeFacts(name, bits, 0, act, kv, _text(r["calibration"]) != "none", pure) if bits else None
    if "GPTQ-GGUF" in scheme or "EvoPress" in scheme:
        return (
            SchemeFacts("gguf-k", float(r["bpw"]), 0, act, kv, True, True) if r["bpw"] == r["bpw"] else None
        )
    name = _grid_method(scheme, method, act)
    group = r["group_size"]
    if group != group:
        group = _group_by_default(scheme, name)
    return SchemeFacts(name, float(bits), int(group), act, kv, _text(r["calibration"]) != "none")


def _sized_bits(r: dict) -> float:
    """Effective bits from the tensor types llama-quantize would give this model; 0 when they are not known."""
    names = _text(r.get("model_name")), _text(r.get("scheme_name"))
    if not names[1] or not r["method"].startswith("gguf"):
        return 0.0
    imatrix = r["calibration"] == "imatrix"
    key = (*names, imatrix)
    if key not in _SIZED:
        model = match_model(names[0]) if names[0] else None
        if model is None or not _has_tensors(model):
            model = match_model(STAND_IN)
        bits = _weighed(model, names[1], imatrix)
        _SIZED[key] = clamped(names[1], bits, spans()) if bits else 0.0
    return _SIZED[key]


@cache
def spans() -> dict[str, tuple[float, float]]:
    """The ladders' spans of effective bits, from the stand-in model's tensors."""
    model = match_model(STAND_IN)
    return steps({name: _weighed(model, name, True) for ladder in LADDERS for name in ladder})


_SIZED: dict[tuple[str, str, bool], float] = {}
STAND_IN = "Llama-3.1-8B"
"""Whose tensor types are taken for a model without known shapes: the recipes hardly depend on the model."""


def _has_tensors(model: ModelProfile) -> bool:
    from advisor.sizing.tensors import tensors

    try:
        return bool(tensors(model))
    except UnsupportedError:
        return False


def _weighed(model: ModelProfile, scheme: str, imatrix: bool) -> float:
    from advisor.catalog.schemes import find_scheme
    from advisor.sizing.weights import weigh

    try:
        weights = weigh(model, find_scheme(scheme), imatrix)
    except AdvisorError:  # a recipe llama-quantize does not have
        return 0.0
    return effective_bits(weights.bits_by_role, weights.by_role_bytes) or 0.0


def _gguf_bits(r: dict, scheme: str) -> float:
    if r["bpw"] == r["bpw"]:
        return float(r["bpw"])
    if r["file_gib"] == r["file_gib"] and r["params_b"] > 0:
        bits = r["file_gib"] * 2**30 * 8 / (r["params_b"] * 1e9)
        if 1.2 < bits < 12:
            return bits
    bare = re.sub(r"^(UD-|smol-|mix-)", "", scheme.split("+")[0].split("-pure")[0])
    bare = re.sub(r"_(XL|R4).*$", "", bare)
    for name in (bare, bare + "_M", bare.split(" ")[0]):
        if name in GGUF_BPW:
            return GGUF_BPW[name]
    return float(r["weight_bits"]) + 0.5 if scheme.startswith(("Q", "IQ", "UD-Q", "UD-IQ")) else 0.0


def _activation(r: dict, scheme: str, method: str) -> str:
    bits = r["act_bits"]
    if bits != bits or bits >= 16:
        return ""
    if method in ("nvfp4", "mxfp4") and bits == 4:
        return "fp4"
    if method == "fp8" or "-FP" in scheme:
        return "fp8"
    if bits == 8:
        return "int8-smooth" if "Smooth" in scheme or scheme == "W8A8-INT" else "int8"
    if bits == 6:
        return "int6"
    rotated = any(word in scheme for word in ("QuaRot", "SpinQuant", "FlatQuant", "Hadamard"))
    return "int4-rotated" if rotated else "int4"


def _grid_method(scheme: str, method: str, act: str) -> str:
    if method == "other":
        return "gptq" if "Smooth" not in scheme else "rtn"
    if method in ("quarot", "spinquant"):
        return "gptq" if "GPTQ" in scheme or "Spin" in scheme else "rtn"
    if method == "bnb":
        return "bnb8" if "INT8" in scheme else "bnb4"
    if method == "int8" and "A16" in scheme:
        return "rtn"
    if method == "gptq" and scheme == "W8A8-INT":
        return "int8"
    return method


def _group_by_default(scheme: str, method: str) -> int:
    """The group a source leaves unsaid: what the method's own tool uses when not told otherwise."""
    if "perchannel" in scheme or "W4A4" in scheme or method == "int8":
        return -1
    if method in ("gptq", "awq", "autoround", "hqq", "omniquant"):
        return 128
    return {"nvfp4": 16, "mxfp4": 32, "mlx": 64, "rtn": -1, "bnb4": 64, "bnb8": -1}.get(method, 0)
