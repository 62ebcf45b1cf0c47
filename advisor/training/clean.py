"""The cleaning rules the three predictors share: what is left out and why, and how much each row counts.

Nothing is edited in the tables. `clean` returns the frame with `excluded_reason` ('' = kept) and `weight`; a
predictor drops what its own quantity cannot use beyond that.
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
    "speed_serving": {
        "above_compute": "faster than the device can multiply: cached prompts",
        "devices_unknown": "number of devices not stated",
        "format_unknown": "int8 and int4 mean another format in each engine",
        "hardware_unknown": "device not named",
        "label_conflict": "the source's labels contradict each other",
        "open_loop": "requests arrive at a fixed rate: concurrency is not known",
        "speculative": "speculative decoding",
    },
    "accuracy": {
        "collapsed": "at or below guessing: the fit would learn the floor",
        "destroyed": "a destroyed model: its size of damage is arbitrary and would dominate a fit in logs",
        "duplicate": "the same figure twice",
        "label_conflict": "the source's labels contradict each other",
        "partial_recipe": "only part of the matrices is quantized",
        "qat": "trained with quantization: not the damage of the format",
        "tuned_weights": "weights tuned beyond the plain format of that name",
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
    "speed_serving": ("devices_inferred", "no_parallel_gain"),
    "accuracy": (
        "calibration_overlap",
        "group_size_unknown",
        "lm_head_quantized",
        "not_refound",
        "small_sample",
        "variant_unknown",
        "vendor_reported",
        "word_ppl",
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


def counts_prompt(frame: pd.DataFrame) -> pd.Series:
    """Rates that count prompt tokens, or may, unless the prompt is a hundredth of the output at most."""
    return has_flag(frame, "counts_prompt_tokens") & (frame["prompt_tokens"] > frame["gen_tokens"] / 100)


def slower_quantized_run(frame: pd.DataFrame) -> pd.Series:
    """One harness's vLLM 0.20.1 run on the A100, where every quantized model is far slower than BF16.

    The same harness has it the other way round with vLLM 0.7.3 and SGLang: the run is slow, not the format.
    """
    return (
        (frame["source_id"] == "accelmark")
        & frame["engine_version"].str.startswith("0.20.1")
        & frame["device"].str.startswith("A100")
        & (frame["scheme_name"] != "BF16")
    )


def split_unknown(frame: pd.DataFrame) -> pd.Series:
    """Offloaded rows without the number of layers on the GPU."""
    return has_flag(frame, "offloaded") & ~frame["ngl"].str.fullmatch(r"\d+")


def integer_activations(frame: pd.DataFrame) -> pd.Series:
    """Activations below 8 bits as integers (QuaRot, SpinQuant …): their damage is not the weights' alone."""
    return (frame["act_bits"] < 8) & frame["scheme_name"].str.contains("-INT-", regex=False)


def cache_quantized(frame: pd.DataFrame) -> pd.Series:
    """Weights and KV cache quantized together: two effects in one figure (cache-only rows stay)."""
    return (frame["kv_bits"] < 16) & (frame["weight_bits"] < 16)


def other_reference(frame: pd.DataFrame) -> pd.Series:
    """Divergence from a quantized reference: not comparable with divergence from 16 bits."""
    return has_flag(frame, "quantized_reference") & frame["metric"].str.startswith("kld")


RULES: dict[str, tuple[tuple[Rule, str], ...]] = {
    "speed_local": (
        (reads_too_fast, EXCLUDING_FLAGS["speed_local"]["above_bandwidth"]),
        (split_unknown, "part of the weights on the CPU, nobody says how much"),
    ),
    "speed_serving": (
        (reads_too_fast, EXCLUDING_FLAGS["speed_local"]["above_bandwidth"]),
        (counts_prompt, "the rate counts prompt tokens, or may"),
        (slower_quantized_run, "a run whose quantized models are slower than BF16, against every other run"),
    ),
    "accuracy": (
        (integer_activations, "4- to 6-bit integer activations: not the weights' damage alone"),
        (cache_quantized, "the KV cache is quantized too"),
        (other_reference, "divergence from a quantized reference"),
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

    *kind* is speed_local, speed_serving or accuracy. The first reason that applies is given.
    """
    reason = pd.Series("", index=frame.index)
    rules = [(_flagged(flag), why) for flag, why in EXCLUDING_FLAGS[kind].items()]
    for rule, why in (*rules, *RULES[kind]):
        reason = reason.mask((reason == "") & rule(frame).fillna(False), why)
    weight = repeated(frame["n"])
    for flag in DOUBTING_FLAGS[kind]:
        weight = weight.where(~has_flag(frame, flag), weight * DOUBTED)
    weight = weight.where(reason == "", 0.0)
    group = (
        frame["source_id"]
        if kind == "accuracy"
        else frame["device"].where(frame["device"] != "", frame["hardware"])
    )
    weight = balance(weight, group)
    kept = weight[reason == ""]
    return frame.assign(excluded_reason=reason, weight=weight / kept.mean() if len(kept) else weight)


def _flagged(flag: str) -> Rule:
    return lambda frame: has_flag(frame, flag)
