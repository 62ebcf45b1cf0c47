"""The claims about speed: ratios of two schemes on the same machine, engine, model and load."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from advisor.training.data.tables import load

HOLDS, CONDITIONS, FAILS, UNKNOWN = "holds", "holds with conditions", "does not hold", "not enough data"
LEAST = 20
MANY = 16
"""Concurrent requests from which on a load counts as asynchronous."""
_SERVING = [
    "source_id",
    "hardware",
    "n_devices",
    "engine",
    "engine_version",
    "model",
    "test",
    "prompt_tokens",
    "gen_tokens",
    "concurrency",
    "tensor_parallel",
    "unit",
]
_LOCAL = [
    "source_id",
    "hardware",
    "n_devices",
    "backend",
    "engine",
    "engine_version",
    "model",
    "test",
    "depth",
    "ngl",
    "threads",
    "flash_attn",
    "kv_type",
]
LADDER = ("Q2_K", "Q3_K_S", "Q3_K_M", "Q4_K_S", "Q4_K_M", "Q5_K_S", "Q5_K_M", "Q6_K", "Q8_0", "F16")


def claims() -> list[tuple[str, str, int, str]]:
    """Text, verdict, n and finding of each."""
    return [_crossover(), _faster()]


def _crossover() -> tuple[str, str, int, str]:
    text = "“W4A16 is cheapest when synchronous, W8A8 when asynchronous”"
    table = load("speed_serving")
    table = table[~table["flags"].str.contains("OUTLIER|DOUBTFUL", case=False)]
    one = _ratios(table[_synchronous(table)])
    many = _ratios(table[_asynchronous(table)])
    if min(len(one), len(many)) < LEAST:
        return text, UNKNOWN, len(one) + len(many), f"{len(one)} and {len(many)} pairs"
    lone, load_ = float(np.mean(one > 1)), float(np.mean(many < 1))
    verdict = HOLDS if min(lone, load_) > 0.9 else CONDITIONS if min(lone, load_) > 0.5 else FAILS
    if lone > 0.7 and load_ <= 0.5:
        verdict = CONDITIONS
    return (
        text,
        verdict,
        len(one) + len(many),
        (
            f"W4A16 ÷ W8A8 speed, same machine, model and load: one request at a time "
            f"{np.median(one):.2f} (median; W4A16 ahead in {100 * lone:.0f} % of {len(one)}), "
            f"{MANY} and more or saturated "
            f"{np.median(many):.2f} (W8A8 ahead in {100 * load_:.0f} % of {len(many)})."
        ),
    )


def _synchronous(table: pd.DataFrame) -> pd.Series:
    return (table["concurrency"] == 1) | table["test"].str.startswith("sync")


def _asynchronous(table: pd.DataFrame) -> pd.Series:
    return (table["concurrency"] >= MANY) | table["test"].str.startswith(("async", "multi"))


def _ratios(table: pd.DataFrame) -> np.ndarray:
    """Speed of W4A16 over W8A8 in each matching set-up."""
    table = table[table["value"] > 0].copy()
    table["speed"] = np.where(table["unit"].isin(["s", "ms/token"]), 1.0 / table["value"], table["value"])
    weight_only = table["scheme_name"].str.startswith("W4A16-INT")
    both = table["scheme_name"].str.startswith("W8A8")
    found = []
    for _, group in table[weight_only | both].groupby(_SERVING, dropna=False):
        four, eight = group[weight_only.reindex(group.index)], group[both.reindex(group.index)]
        if len(four) and len(eight):
            found.append(four["speed"].median() / eight["speed"].median())
    return np.array(found)


def _faster() -> tuple[str, str, int, str]:
    text = "“The more quantized, the faster”"
    table = load("speed_local")
    table = table[table["scheme_name"].isin(LADDER) & (table["value"] > 0) & (table["unit"] == "tok/s")]
    parts, shares, n = [], {}, 0
    for phase in ("decode", "prefill"):
        wins = []
        for _, group in table[table["phase"] == phase].groupby(_LOCAL, dropna=False):
            speed = group.groupby("scheme_name")["value"].median()
            ordered = [name for name in LADDER if name in speed.index]
            wins += [speed[low] / speed[high] for low, high in combinations(ordered, 2)]
        if len(wins) >= LEAST:
            shares[phase], n = float(np.mean(np.array(wins) > 1)), n + len(wins)
            parts.append(
                f"{phase}: the one with fewer bits is faster in "
                f"{100 * shares[phase]:.0f} % of {len(wins)} pairs"
            )
    if "decode" not in shares:
        return text, UNKNOWN, n, "too few pairs"
    verdict = HOLDS if min(shares.values()) > 0.9 else CONDITIONS if shares["decode"] > 0.6 else FAILS
    return (
        text,
        verdict,
        n,
        ("; ".join(parts) + ". Decoding reads fewer bytes; reading a prompt computes, and unpacking costs."),
    )
