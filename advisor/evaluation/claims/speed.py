"""The claims about speed: ratios of two schemes on the same machine, engine, model and load."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from advisor.evaluation.claims.claim import CONDITIONS, FAILS, HOLDS, LEAST, UNKNOWN, Claim, verdict
from advisor.training.data.tables import load

MANY = 16
"""Concurrent requests from which on a load counts as asynchronous."""
_MACHINE = ["source_id", "hardware", "n_devices", "engine", "engine_version", "model", "test"]
_SERVING = [*_MACHINE, "prompt_tokens", "gen_tokens", "concurrency", "tensor_parallel", "unit"]
_LOCAL = [*_MACHINE, "backend", "depth", "ngl", "threads", "flash_attn", "kv_type"]
LADDER = ("Q2_K", "Q3_K_S", "Q3_K_M", "Q4_K_S", "Q4_K_M", "Q5_K_S", "Q5_K_M", "Q6_K", "Q8_0", "F16")


def crossover_claim() -> Claim:
    """Weight-only schemes against eight-bit arithmetic, alone and under load."""
    text = "“W4A16 is cheapest when synchronous, W8A8 when asynchronous”"
    table = load("speed_serving")
    table = table[~table["flags"].str.contains("OUTLIER|DOUBTFUL", case=False)]
    one = _ratios(table[(table["concurrency"] == 1) | table["test"].str.startswith("sync")])
    many = _ratios(table[(table["concurrency"] >= MANY) | table["test"].str.startswith(("async", "multi"))])
    n = len(one) + len(many)
    if min(len(one), len(many)) < LEAST:
        return Claim(text, UNKNOWN, n, f"{len(one)} and {len(many)} pairs")
    alone, loaded = float((one > 1).mean()), float((many < 1).mean())
    return Claim(
        text,
        verdict(n, min(alone, loaded) > 0.9, min(alone, loaded) > 0.5 or (alone > 0.7 and loaded <= 0.5)),
        n,
        f"W4A16 ÷ W8A8 speed, same machine, model and load: one request at a time "
        f"{one.median():.2f} (median; W4A16 ahead in {100 * alone:.0f} % of {len(one)}), "
        f"{MANY} and more or saturated "
        f"{many.median():.2f} (W8A8 ahead in {100 * loaded:.0f} % of {len(many)}).",
    )


def _ratios(table: pd.DataFrame) -> pd.Series:
    """Speed of W4A16 over W8A8 in each matching set-up."""
    table = table[table["value"] > 0]
    timed = table["unit"].isin(["s", "ms/token"])
    table = table.assign(speed=np.where(timed, 1.0 / table["value"], table["value"]))
    four, eight = (
        table[table["scheme_name"].str.startswith(name)].groupby(_SERVING, dropna=False)["speed"].median()
        for name in ("W4A16-INT", "W8A8")
    )
    return (four / eight).dropna()


def faster_claim() -> Claim:
    """Every two steps of llama.cpp's ladder on the same machine."""
    text = "“The more quantized, the faster”"
    table = load("speed_local")
    table = table[table["scheme_name"].isin(LADDER) & (table["value"] > 0) & (table["unit"] == "tok/s")]
    parts, shares, n = [], {}, 0
    for phase in ("decode", "prefill"):
        rows = table[table["phase"] == phase]
        speed = rows.groupby([*_LOCAL, "scheme_name"], dropna=False)["value"].median().unstack("scheme_name")
        pairs = [
            speed[low] / speed[high] for low, high in combinations(LADDER, 2) if {low, high} <= set(speed)
        ]
        wins = pd.concat(pairs).dropna()
        if len(wins) >= LEAST:
            shares[phase], n = float((wins > 1).mean()), n + len(wins)
            parts.append(
                f"{phase}: the one with fewer bits is faster in "
                f"{100 * shares[phase]:.0f} % of {len(wins)} pairs"
            )
    if "decode" not in shares:
        return Claim(text, UNKNOWN, n, "too few pairs")
    decided = HOLDS if min(shares.values()) > 0.9 else CONDITIONS if shares["decode"] > 0.6 else FAILS
    said = "; ".join(parts) + ". Decoding reads fewer bytes; reading a prompt computes, and unpacking costs."
    return Claim(text, decided, n, said)
