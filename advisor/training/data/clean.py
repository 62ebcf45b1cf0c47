"""What a fit leaves out of its table and why, and which rows it trusts less: profiles/left_out.csv.

Nothing is edited in the tables. Beyond the rules of that table a predictor leaves out what its own quantity
cannot use, where the row is decoded (`rows.py` of each).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pandas as pd

from advisor.catalog.rows import every
from advisor.training.data.tables import Record, records

IMPOSSIBLE = 1.05
"""Decode may read its weights no faster than this multiple of the peak bandwidth; above it, something else
ran (unflagged speculative decoding, a mislabelled model). 5 % leaves room for overclocked memory."""
SMALL_B = 2.0
"""Embeddings are not read in full: in models of fewer billions of parameters they are a large share."""


class Rule(NamedTuple):
    """Rows whose *column* holds *match* (of `flags` a whole flag, else a pattern) count *counts* times."""

    column: str
    match: str
    counts: float
    reason: str

    def applies(self, record: Record) -> bool:
        """Whether the row is one of them."""
        cell = str(record[self.column])
        if self.column == "flags":
            return self.match in cell.split(";")
        return re.search(self.match, cell) is not None


@cache
def rules(kind: str) -> tuple[Rule, ...]:
    """The rules for tables of *kind*, in the order in which they apply."""
    return tuple(
        Rule(row["column"], row["match"], float(row["counts"]), row["reason"])
        for row in every("left_out.csv")
        if row["kind"] == kind
    )


def left_out(kind: str, record: Record) -> str:
    """The reason why a row of a table of *kind* is not used, the first that applies; '' when it is."""
    return next((rule.reason for rule in rules(kind) if not rule.counts and rule.applies(record)), "")


def trust(kind: str, record: Record) -> float:
    """How much a row counts, 1 without a doubt: a row with one doubt counts half, with two a quarter (a
    judgement, the same for every doubt)."""
    found = 1.0
    for rule in rules(kind):
        found *= rule.counts if rule.counts and rule.applies(record) else 1.0
    return found


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
    for row in every("gpus.csv"):
        peaks[row["name"]] = max(float(row["bandwidth_gb_s"] or 0) * 1e9, peaks.get(row["name"], 0.0))
    return peaks


def reads_too_fast(frame: pd.DataFrame) -> pd.Series:
    """Single-stream decode above IMPOSSIBLE times the bandwidth of all its GPUs.

    Community rows hold unflagged speculative decoding and wrong model names. Cards only: small models on a
    processor run from its cache.
    """
    in_ms = frame["unit"] == "ms/token"
    rate = frame["value"].where(~in_ms, 1000 / frame["value"])
    decode = (
        (frame["phase"] == "decode") & frame["unit"].isin(("tok/s", "ms/token")) & ~(frame["concurrency"] > 1)
    )
    active = frame["active_params_b"].fillna(frame["params_b"])
    read = active * 1e9 * _bits(frame) / 8
    peak = frame["device"].map(_bandwidths()) * frame["n_devices"].fillna(1)
    return decode & (active >= SMALL_B) & (rate * read > IMPOSSIBLE * peak)


def split_unknown(frame: pd.DataFrame) -> pd.Series:
    """Offloaded rows that say neither the number of layers on the GPU nor what lies in main memory."""
    return has_flag(frame, "offloaded") & ~frame["ngl"].str.fullmatch(r"\d+") & (frame["on_cpu"] == "")


COMPUTED: tuple[tuple[Callable[[pd.DataFrame], pd.Series], str], ...] = (
    (reads_too_fast, "faster than the weights can be read: speculative decoding or a wrong label"),
    (split_unknown, "part of the weights on the CPU, nobody says how much"),
)
"""(which rows, reason) of local speed, beyond what the table of rules says."""


def clean(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame of `tables.load('speed_local')` with `excluded_reason`: '' of rows that are kept."""
    reason = pd.Series([left_out("speed_local", record) for record in records(frame)], frame.index, dtype=str)
    for rule, why in COMPUTED:
        reason = reason.mask((reason == "") & rule(frame).fillna(False), why)
    return frame.assign(excluded_reason=reason)
