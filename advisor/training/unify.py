"""Names as the sources spell them -> names of the catalogues."""

from __future__ import annotations

import csv
import math
import re
from functools import cache

from advisor.data import folder


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@cache
def _gpu_names() -> dict[str, str]:
    names: dict[str, str] = {}
    with (folder("profiles") / "gpus.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        names.setdefault(_plain(row["name"]), row["name"])
    for row in rows:
        for alias in row["aliases"].split(";"):
            names.setdefault(_plain(alias), row["name"])
    return names


@cache
def _model_names() -> dict[str, str]:
    names: dict[str, str] = {}
    with (folder("profiles") / "models.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for spelling in (row["name"], row["hf_id"].split("/")[-1], row["hf_id"]):
                if spelling:
                    names.setdefault(_plain(spelling), row["name"])
    return names


@cache
def device_name(raw: str) -> str:
    """The catalogue name of a GPU or CPU, or ''."""
    return _gpu_names().get(_plain(raw), "")


@cache
def model_name(raw: str) -> str:
    """The catalogue name of a model, or ''."""
    return _model_names().get(_plain(raw.split("/")[-1]), "")


def scheme_name(raw: str, method: str = "", group_size: float = math.nan, act_bits: float = math.nan,
                weight_bits: float = math.nan, engine: str = "") -> str:
    """The canonical name of a scheme, or ''."""
    return raw
