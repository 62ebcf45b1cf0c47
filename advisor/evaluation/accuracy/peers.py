"""What other advisors would have said of a row: their quantization penalties, as percent of the score.

Figures as read from the packages on 2026-11-21: llmfit 1.1.17 (models.rs, MIT), whichllm 0.5.21
(data/quantization.py), chimeraforge 0.76.0 (planner/data/fitted_models.json, MIT), llm-d-planner 0.3.3
(quality_scoring/variants.py, Apache-2.0). None looks at the task; chimeraforge alone was
measured, on 20 questions.
"""

from __future__ import annotations

from advisor.training.accuracy.rows import Row

_LLMFIT = {"Q8_0": 0, "Q6_K": 1, "Q5_K_M": 2, "Q4_K_M": 5, "Q4_0": 5, "Q3_K_M": 8, "Q2_K": 12}
_WHICHLLM = {
    "Q8_0": 1,
    "Q6_K": 2,
    "Q5_K_M": 3,
    "Q5_K_S": 3.5,
    "Q4_K_M": 5,
    "Q4_K_S": 5.5,
    "Q4_0": 6,
    "IQ4_XS": 5,
    "IQ4_NL": 5.5,
    "Q3_K_L": 7.5,
    "Q3_K_M": 8,
    "Q3_K_S": 12,
    "IQ3_XS": 16,
    "IQ3_M": 16,
    "IQ3_S": 17,
    "IQ3_XXS": 18,
    "Q2_K": 25,
    "IQ2_M": 30,
    "IQ2_S": 32,
    "IQ2_XXS": 40,
    "IQ1_M": 50,
    "IQ1_S": 55,
}
_CHIMERAFORGE = {"Q2_K": 10.4, "Q3_K_S": 2.85, "Q4_K_M": -1.76, "Q5_K_M": -0.42, "Q6_K": -1.74, "Q8_0": -1.71}
_CHIMERAFORGE_BPW = {"Q8_0": 8.5, "Q6_K": 6.57, "Q5_K_M": 5.71, "Q4_K_M": 4.90, "Q3_K_S": 3.65, "Q2_K": 3.17}


def llmfit(row: Row) -> float:
    """Points of its 0-100 quality score; 5 for every name it does not know."""
    scheme, method, bits = _of(row)
    for name, penalty in _LLMFIT.items():
        if scheme == name or scheme.startswith("UD-" + name[:4]):
            return penalty
    if method in ("gptq", "awq", "autoround"):
        return {4: 3.0, 8: 0.0}.get(round(bits), 5.0)
    if method == "mlx":
        return {4: 4.0, 8: 0.0}.get(round(bits), 5.0)
    return 0.0 if method == "none" else 5.0


def whichllm(row: Row) -> float | None:
    """Its `qpen`; None for methods it has no entry for."""
    scheme, method, bits = _of(row)
    if scheme in _WHICHLLM:
        return _WHICHLLM[scheme]
    if method in ("gptq", "awq", "nvfp4") and round(bits) == 4:
        return 5.0
    return {"bnb4": 7.0, "mxfp4": 6.0, "int8": 2.0, "fp8": 2.0, "none": 0.0}.get(method)


def chimeraforge(row: Row) -> float | None:
    """Its mean deltas over the F16 baseline (nearest bpw within GGUF); GPTQ, AWQ and FP8 count as F16."""
    _, method, bits = _of(row)
    base = row.score[1] / 100.0
    if method.startswith("gguf"):
        near = min(_CHIMERAFORGE_BPW, key=lambda name: abs(_CHIMERAFORGE_BPW[name] - bits))
        return _CHIMERAFORGE[near] / base
    return 0.0 if method in ("gptq", "awq", "fp8", "none") else None


def llm_d_planner(row: Row) -> float | None:
    """Its discount by scheme name; GGUF and research methods have none."""
    _, method, bits = _of(row)
    if method == "fp8":
        return 0.0
    if row.scheme.act.startswith("int8") and round(bits) == 8:
        return 3.0
    return (
        8.0
        if method == "nvfp4" or (round(bits) == 4 and method in ("gptq", "awq", "autoround", "rtn"))
        else None
    )


def _of(row: Row) -> tuple[str, str, float]:
    return row.cell[1], row.scheme.method, row.scheme.bits


PEERS = {"llmfit": llmfit, "whichllm": whichllm, "chimeraforge": chimeraforge, "llm-d-planner": llm_d_planner}
