"""Claims judged by divergence and perplexity of GGUF mixes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from advisor.training.accuracy.rows import Row
from advisor.training.claims.claim import CONDITIONS, FAILS, LEAST, UNKNOWN, Claim


def _level(row: Row) -> str:
    name = row.cell[1].removeprefix("UD-")
    return (
        name[:2]
        if name.startswith("Q") and name[1:2].isdigit() and row.scheme.method in ("gguf-k", "gguf-legacy")
        else ""
    )


def _divergence(found: list[Row]) -> dict[str, np.ndarray]:
    """Mean KLD of the K and legacy mixes by level."""
    by: dict[str, list[float]] = {}
    for row in found:
        if row.kind == "kld" and _level(row) and row.scheme.kv_bits >= 16:
            by.setdefault(_level(row), []).append(float(np.exp(row.y)))
    return {level: np.array(values) for level, values in sorted(by.items())}


def balance_claim(found: list[Row]) -> Claim:
    """Divergence by level of the K mixes."""
    by = _divergence(found)
    middle = {level: float(np.median(v)) for level, v in by.items()}
    n = sum(map(len, by.values()))
    text = "“Q4 and Q5 are the best balance”"
    if n < LEAST or not {"Q3", "Q4", "Q5", "Q8"} <= middle.keys():
        return Claim(text, UNKNOWN, n, "too few divergences")
    listed = ", ".join(f"{level} {value:.3f}" for level, value in middle.items())
    knee = middle["Q3"] > 2 * middle["Q4"] and middle["Q5"] < 0.05
    return Claim(
        text,
        CONDITIONS if knee else FAILS,
        n,
        f"Median KLD by level: {listed}. Damage multiplies with every level down and the knee lies "
        "between Q4 and Q3; which level is best depends on model, task and memory.",
    )


def eight_gguf_claim(found: list[Row], tasks: list[Row]) -> Claim:
    """Divergence, perplexity and scores of Q8_0."""
    scores = np.array([row.y for row in tasks if row.cell[1] == "Q8_0"])
    kld = _divergence(found).get("Q8", np.array([]))
    ratio = np.array(
        [
            100 * math.expm1(math.exp(row.y) if row.kind == "ppl" else row.y)
            for row in found
            if row.kind in ("ppl", "nll") and row.cell[1] == "Q8_0" and row.scheme.kv_bits >= 16
        ]
    )
    n = len(scores) + len(kld) + len(ratio)
    text = "“Q8 loses accuracy”"
    if min(len(kld), len(ratio)) < 5 or n < LEAST:
        return Claim(text, UNKNOWN, n, "too few rows")
    verdict = FAILS if np.median(kld) < 0.01 and np.median(ratio) < 0.5 else CONDITIONS
    return Claim(
        text,
        verdict,
        n,
        f"Perplexity rises by {np.median(ratio):.2f} % (median of {len(ratio)}), "
        f"median KLD {np.median(kld):.4f} ({len(kld)} rows), less than a benchmark can show; "
        f"task scores beside full precision: {len(scores)}.",
    )


def highest_claim(found: list[Row]) -> Claim:
    """Whether anything is nearer to full precision than Q5."""
    by: dict[tuple[Any, ...], dict[str, list[float]]] = {}
    for row in found:
        if row.kind == "kld" and _level(row):
            by.setdefault((row.source, row.model.name), {}).setdefault(_level(row), []).append(row.y)
    pairs = [
        (min(v["Q5"]), min(v[high])) for v in by.values() for high in ("Q6", "Q8") if "Q5" in v and high in v
    ]
    better = sum(high < five for five, high in pairs)
    verdict = UNKNOWN if len(pairs) < 10 else FAILS if better > 0.8 * len(pairs) else CONDITIONS
    return Claim(
        "“Q5 is the highest precision”",
        verdict,
        len(pairs),
        f"Q6 or Q8 diverges less than Q5 in {better} of {len(pairs)} pairs of one model and source.",
    )
