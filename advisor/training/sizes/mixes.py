"""Unsloth's mixes: published size over that of the ftype each starts from."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from advisor.catalog.schemes import find_scheme
from advisor.documents.scheme import SchemeProfile
from advisor.errors import AdvisorError
from advisor.sizing.fitted import mix_key
from advisor.sizing.types import groups
from advisor.sizing.weights import weigh
from advisor.training.sizes.spread import LEAST, published_checkpoints

_ROUNDED = 0.005
"""Sizes shown with a coarser last digit say nothing of a mix that differs by a few per cent."""
_NARROWEST = 0.005
"""Least distance from the middle to an end: headers of one recipe differ by as much."""
_COVERAGE = 0.9
"""Of left-out files inside their interval (the confidence of every interval)."""
_STEPS = tuple(1 + step / 10 for step in range(31))
"""Widenings tried, the narrowest that reaches the coverage is taken."""


def fit() -> dict[str, list[float]]:
    """'UD-Q4_K_XL-dense' -> [middle, low, high, files]; the ends are widened until nine in ten files of
    families left out lie between them."""
    found = {}
    for _, rows in ratios().groupby("kind"):
        wide = widening(left_out(rows))
        for key, files in rows.groupby("key")["ratio"]:
            if len(files) >= LEAST:
                found[str(key)] = [*(round(end, 4) for end in ends(files.tolist(), wide)), len(files)]
    return dict(sorted(found.items()))


@cache
def ratios() -> pd.DataFrame:
    """Every file of Unsloth's repositories of known size: `key` (scheme and kind of model,
    'UD-Q4_K_XL-dense'), `kind` (dense or moe), `family`, and `ratio`, its bytes over those computed for the
    ftype it starts from. gpt-oss, whose experts stay as they were published, is left out."""
    found = []
    for model, one in published_checkpoints():
        if one.publisher != "unsloth" or not one.scheme.startswith("UD-") or not one.n_bytes or one.doubt:
            continue
        if model.architecture == "GptOssForCausalLM" or one.rounding_bytes > _ROUNDED * one.n_bytes:
            continue
        try:
            groups(model)
            size = weigh(model, find_scheme(start(find_scheme(one.scheme)))).file_bytes.value
        except AdvisorError:
            continue
        key = mix_key(one.scheme, model.is_moe)
        found.append((key, key.rpartition("-")[2], model.family or model.name, one.n_bytes / size))
    return pd.DataFrame(found, columns=["key", "kind", "family", "ratio"])


def start(scheme: SchemeProfile) -> str:
    """The llama-quantize name an Unsloth scheme starts from."""
    return scheme.ftype or scheme.name[3:].removesuffix("_XL")


def ends(values: list[float], wide: float) -> tuple[float, float, float]:
    """(median, low, high): the 5 and 95 % quantiles, *wide* times as far from the median."""
    low, middle, high = map(float, np.quantile(values, (0.05, 0.5, 0.95)))
    least = _NARROWEST * middle
    return middle, middle - max(least, middle - low) * wide, middle + max(least, high - middle) * wide


def widening(held: pd.DataFrame) -> float:
    """The least widening with which the files of `left_out` lie in their interval often enough."""
    for wide in _STEPS if len(held) else ():
        if inside(held, wide).mean() >= _COVERAGE:
            return wide
    return _STEPS[-1]


def left_out(rows: pd.DataFrame) -> pd.DataFrame:
    """The *rows* with `others`, the ratios of other families under their key, where enough are known."""
    others = [
        files.loc[files["family"] != family, "ratio"].tolist()
        for _, files in rows.groupby("key", sort=False)
        for family in files["family"]
    ]
    order = [i for _, files in rows.groupby("key", sort=False) for i in files.index]
    held = rows.assign(others=pd.Series(others, order))
    return held[held["others"].map(len) >= LEAST]


def inside(held: pd.DataFrame, wide: float) -> pd.Series:
    """Whether each file of `left_out` lies between the ends that *wide* gives."""
    intervals = held["others"].map(lambda others: ends(others, wide))
    low, high = intervals.str[1], intervals.str[2]
    return (low <= held["ratio"]) & (held["ratio"] <= high)
