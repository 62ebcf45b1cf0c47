"""What the local speed fit leaves out of its table and why, and how much each row counts.

Nothing is edited in the table. `clean` returns the frame with `excluded_reason` ('' = kept) and `weight`; the
fit drops what its own quantity cannot use beyond that. What a serving or accuracy row means is decided where
it is decoded (`serving_speed/rows.py`, `accuracy/rows.py`).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache

import pandas as pd

from advisor.data import folder

Rule = Callable[[pd.DataFrame], pd.Series]
"""Frame -> boolean series: the rows the rule's reason applies to."""

DOUBTED = 0.5
"""A row with one doubt counts half, with two a quarter: a judgement, the same for every doubt."""

IMPOSSIBLE = 1.05
"""Decode may read its weights no faster than this multiple of the peak bandwidth; above it, something else
ran (unflagged speculative decoding, a mislabelled model). 5 % leaves room for overclocked memory."""

EXCLUDING_FLAGS: dict[str, dict[str, str]] = {
    "speed_local": {
        "above_bandwidth": "faster than the weights can be read: speculative decoding or a wrong label",
        "aggregate_rate": "sum over concurrent requests with others' prompts inside the window",
        "multi_node": "several machines: the network is measured, not the device",
        "old_kernels": "kernels long replaced",
        "outlier": "far from every other figure of this device, model size and scheme",
        "speculative": "speculative decoding",
        "spilled_to_ram": "part of the weights in main memory, nobody says how much",
    },
}
"""Kind -> flag -> why its rows are left out."""

DOUBTING_FLAGS: dict[str, tuple[str, ...]] = {
    "speed_local": (
        "api_overhead",
        "mixed_prompts",
        "no_parallel_gain",
        "not_refound",
        "patched_build",
        "pcie_x1",
        "power_limited",
        "single_run",
    ),
}
"""Kind -> flags that halve a row's weight."""


def has_flag(frame: pd.DataFrame, flag: str) -> pd.Series:
    """Rows that carry *flag*."""
    return (";" + frame["flags"] + ";").str.contains(f";{flag};", regex=False)


def _bits(frame: pd.DataFrame) -> pd.Series:
    """Bits per weight: of the file where its size is known, else the number in the scheme's name."""
    from_file = frame["file_gib"] * 2**30 * 8 / (frame["params_b"] * 1e9)
    named = (
        frame["scheme"]
        .str.extract(r"^(?:UD-|MLX-|IQ|Q|W|EXL\d-)*(\d+(?:\.\d+)?)", expand=False)
        .astype(float)
    )
    named = named.mask(frame["scheme"].str.fullmatch(r"B?F(P)?16"), 16.0)
    return from_file.fillna(named)


@cache
def _bandwidths() -> dict[str, float]:
    """GPU name -> peak bandwidth in bytes/s, the largest where variants share a name."""
    peaks: dict[str, float] = {}
    with (folder("profiles") / "gpus.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            peak = float(row["bandwidth_gb_s"] or 0) * 1e9
            peaks[row["name"]] = max(peak, peaks.get(row["name"], 0.0))
    return peaks


def reads_too_fast(frame: pd.DataFrame) -> pd.Series:
    """Single-stream decode above IMPOSSIBLE times the bandwidth of all its GPUs.

    Community rows hold unflagged speculative decoding and wrong model names. Cards only: small models on a
    processor run from its cache. Embeddings are not read in full, so models below 2 B, where they are a large
    share, are left alone.
    """
    in_ms = frame["unit"] == "ms/token"
    rate = frame["value"].where(~in_ms, 1000 / frame["value"])
    decode = (
        (frame["phase"] == "decode") & frame["unit"].isin(("tok/s", "ms/token")) & ~(frame["concurrency"] > 1)
    )
    active = frame["active_params_b"].fillna(frame["params_b"])
    read = active * 1e9 * _bits(frame) / 8
    peak = frame["device"].map(_bandwidths()) * frame["n_devices"].fillna(1)
    return decode & (active >= 2) & (rate * read > IMPOSSIBLE * peak)


def split_unknown(frame: pd.DataFrame) -> pd.Series:
    """Offloaded rows that say neither the number of layers on the GPU nor what lies in main memory."""
    return has_flag(frame, "offloaded") & ~frame["ngl"].str.fullmatch(r"\d+") & (frame["on_cpu"] == "")


RULES: dict[str, tuple[tuple[Rule, str], ...]] = {
    "speed_local": (
        (reads_too_fast, EXCLUDING_FLAGS["speed_local"]["above_bandwidth"]),
        (split_unknown, "part of the weights on the CPU, nobody says how much"),
    ),
}
"""Kind -> (rule, reason), beyond what the flags say."""


def repeated(n: pd.Series) -> pd.Series:
    """Weight of a median of *n* figures: 1, 4/3, 3/2 … towards 2.

    Runs of one source repeat its set-up; what separates sources (a median of 20 %) does not shrink with them.
    """
    return 2 * n / (n + 1)


def balance(weight: pd.Series, group: pd.Series) -> pd.Series:
    """Weights scaled so that a group counts as the square root of its total.

    One machine is a third of all local speed rows, in many builds: by rows it would set the fit, by groups
    each device would weigh the same however well it is measured; the root lies between.
    """
    total = weight.groupby(group).transform("sum")
    return (weight / total.pow(0.5)).where(total > 0, 0.0)


def clean(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame of `tables.load(kind)` with `excluded_reason` and `weight` (mean 1 over the rows kept).

    *kind* is one of EXCLUDING_FLAGS. The first reason that applies is given.
    """
    reason = pd.Series("", index=frame.index)
    rules = [(_flagged(flag), why) for flag, why in EXCLUDING_FLAGS[kind].items()]
    for rule, why in (*rules, *RULES[kind]):
        reason = reason.mask((reason == "") & rule(frame).fillna(False), why)
    weight = repeated(frame["n"])
    for flag in DOUBTING_FLAGS[kind]:
        weight = weight.where(~has_flag(frame, flag), weight * DOUBTED)
    weight = weight.where(reason == "", 0.0)
    weight = balance(weight, frame["device"].where(frame["device"] != "", frame["hardware"]))
    kept = weight[reason == ""]
    return frame.assign(excluded_reason=reason, weight=weight / kept.mean() if len(kept) else weight)


def _flagged(flag: str) -> Rule:
    return lambda frame: has_flag(frame, flag)
