"""Claims judged by divergence and perplexity of GGUF mixes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from advisor.evaluation.claims.claim import CONDITIONS, FAILS, LEAST, UNKNOWN, Claim


def _divergence(found: pd.DataFrame) -> pd.DataFrame:
    """KLD rows of the K and legacy mixes with their `level` ('Q4')."""
    level = found["scheme"].str.extract(r"^(?:UD-)?(Q\d)", expand=False)
    mixes = found["method"].isin(("gguf-k", "gguf-legacy")) & (found["kind"] == "kld") & level.notna()
    return found[mixes].assign(level=level[mixes], kld=np.exp(found["y"]))


def balance_claim(found: pd.DataFrame) -> Claim:
    """Divergence by level of the K mixes."""
    rows = _divergence(found[found["kv_bits"] >= 16])
    middle = rows.groupby("level")["kld"].median()
    text = "“Q4 and Q5 are the best balance”"
    if len(rows) < LEAST or not {"Q3", "Q4", "Q5", "Q8"} <= set(middle.index):
        return Claim(text, UNKNOWN, len(rows), "too few divergences")
    listed = ", ".join(f"{level} {value:.3f}" for level, value in middle.items())
    knee = middle["Q3"] > 2 * middle["Q4"] and middle["Q5"] < 0.05
    return Claim(
        text,
        CONDITIONS if knee else FAILS,
        len(rows),
        f"Median KLD by level: {listed}. Damage multiplies with every level down and the knee lies "
        "between Q4 and Q3; which level is best depends on model, task and memory.",
    )


def eight_gguf_claim(found: pd.DataFrame) -> Claim:
    """Divergence, perplexity and scores of Q8_0."""
    whole = found[found["kv_bits"] >= 16]
    divergence = _divergence(whole)
    kld = divergence.loc[divergence["level"] == "Q8", "kld"]
    eight = whole[whole["scheme"] == "Q8_0"]
    scores, logs, small = (eight.loc[eight["kind"] == kind, "y"] for kind in ("task", "ppl", "nll"))
    ratio = 100 * np.expm1(pd.concat([np.exp(logs), small]))
    n = len(scores) + len(kld) + len(ratio)
    text = "“Q8 loses accuracy”"
    if min(len(kld), len(ratio)) < 5 or n < LEAST:
        return Claim(text, UNKNOWN, n, "too few rows")
    return Claim(
        text,
        FAILS if kld.median() < 0.01 and ratio.median() < 0.5 else CONDITIONS,
        n,
        f"Perplexity rises by {ratio.median():.2f} % (median of {len(ratio)}), "
        f"median KLD {kld.median():.4f} ({len(kld)} rows), less than a benchmark can show; "
        f"task scores beside full precision: {len(scores)}.",
    )


def highest_claim(found: pd.DataFrame) -> Claim:
    """Whether anything is nearer to full precision than Q5."""
    least = _divergence(found).pivot_table(
        index=["source", "model"], columns="level", values="kld", aggfunc="min"
    )
    pairs = pd.concat(
        [least[["Q5", high]].dropna().set_axis(["five", "high"], axis=1) for high in ("Q6", "Q8")]
    )
    better = int((pairs["high"] < pairs["five"]).sum())
    verdict = UNKNOWN if len(pairs) < 10 else FAILS if better > 0.8 * len(pairs) else CONDITIONS
    return Claim(
        "“Q5 is the highest precision”",
        verdict,
        len(pairs),
        f"Q6 or Q8 diverges less than Q5 in {better} of {len(pairs)} pairs of one model and source.",
    )
