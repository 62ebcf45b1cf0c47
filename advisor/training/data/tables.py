"""The measurement tables as pandas frames, with names unified against the catalogues."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import pandas as pd

from advisor.data import folder
from advisor.documents.measurement import KINDS, is_number
from advisor.training.data.scheme_names import canonical
from advisor.training.data.unify import device_name, model_name

Record = dict[str, Any]
"""One row of a table: column -> text or float."""
_SCORE_NUMBERS = ("params_b", "score", "n", "spread")
"""The numeric columns of profiles/model_quality.csv."""


def load(kind: str) -> pd.DataFrame:
    """All tables of *kind* below each other, one row per figure or reduced configuration.

    Columns: those of the tables, text as str ('' when the source is silent), numbers as float64 (then NaN).
    `n` is the number of figures behind the row (in kernel_gemm the product's dimension), `spread` half the
    interquartile range over the median (NaN for n = 1). Where the table names them, `device`, `model_name`
    and `scheme_name` are catalogue names, '' when nothing matched. `flags` holds the doubts of
    `documents.flags.FLAGS` joined by ';' (write frame["flags"]: pandas has an attribute of that name).
    Raises ValueError for an unknown kind.
    """
    if kind not in (*KINDS, "model_quality"):
        raise ValueError(f"no measurement kind {kind!r}; one of {', '.join(KINDS)}, model_quality")
    return _load(kind).copy()


@cache
def _load(kind: str) -> pd.DataFrame:
    if kind == "model_quality":
        paths = [folder("profiles") / "model_quality.csv"]
    else:
        paths = sorted((folder("measurements") / kind).glob("*.csv"))
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths]
    return unified(kind, pd.concat(frames, ignore_index=True))


def records(frame: pd.DataFrame) -> list[Record]:
    """The rows of a frame."""
    return [{str(column): cell for column, cell in row.items()} for row in frame.to_dict("records")]


def unified(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    """A table of text cells with numbers as numbers and the columns of catalogue names that `load` names."""
    for column in table.columns:
        numeric = column in _SCORE_NUMBERS if kind == "model_quality" else is_number(kind, column)
        if numeric:
            table[column] = pd.to_numeric(table[column]).astype("float64")
        else:
            table[column] = table[column].fillna("").astype(str)
    return _named(kind, table)


def _named(kind: str, table: pd.DataFrame) -> pd.DataFrame:
    if kind in ("speed_local", "speed_serving", "kernel_gemm"):
        cores = table["gpu_cores"] if "gpu_cores" in table else pd.Series(math.nan, table.index)
        table["device"] = [device_name(*pair) for pair in zip(table["hardware"], cores, strict=True)]
    if kind == "model_quality":
        table["model_name"] = table["model"]
    elif kind in ("accuracy", "speed_local", "speed_serving"):
        table["model_name"] = [model_name(name) for name in table["model"]]
        unknown = pd.Series(math.nan, table.index)
        numbers = (table.get(name, unknown) for name in ("group_size", "weight_bits"))
        cells = zip(table["scheme"], *numbers, table["engine"], strict=True)
        table["scheme_name"] = [canonical(*row) for row in cells]
    return table
