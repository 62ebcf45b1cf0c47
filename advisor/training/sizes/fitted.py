"""Fit what sizes cannot be computed from: the spread of bits per parameter, Unsloth's mixes, nominal
parameter counts.

Gives the part `sizes` of the artifact.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from contextlib import suppress
from statistics import median
from typing import Any

import numpy as np

from advisor.catalog.models import all_models
from advisor.catalog.schemes import all_schemes, find_scheme
from advisor.documents.model import ModelProfile
from advisor.errors import AdvisorError, UnsupportedError
from advisor.sizing.fitted import Spreads, size_class
from advisor.sizing.listing import stated_tensors
from advisor.sizing.packed import pack
from advisor.sizing.tensors import is_modelled, tensors
from advisor.sizing.types import groups
from advisor.sizing.weights import weigh_with
from advisor.training.sizes import mixes
from advisor.training.sizes.spread import LEAST, published_checkpoints, quantiles

LEAST_MODELS = 5
"""Models of a kind and size that give a scheme's spread: they are computed, not measured (a judgement)."""


def fit() -> dict[str, Any]:
    """The document: `bits_per_param`, `nominal_params`, `packed`, `stated`, `unsloth`."""
    result = {
        "format": 1,
        "bits_per_param": {},
        "nominal_params": nominal_params(),
        "packed": packed(),
        "stated": stated(),
        "unsloth": mixes.fit(),
    }
    return {**result, "bits_per_param": bits_per_param(Spreads(result))}


def stated() -> list[float]:
    """[5 %, 95 %, architectures] of true size over that of the stated shapes: the median of each modelled
    architecture once, for what comes next is another architecture."""
    ratios: dict[str, list[float]] = {}
    for model in modelled():
        with suppress(UnsupportedError):
            guessed = sum(tensor.n_elements for tensor in stated_tensors(model))
            true = sum(tensor.n_elements for tensor in tensors(model))
            ratios.setdefault(model.architecture or "", []).append(true / guessed)
    medians = [median(values) for values in ratios.values()]
    return [*quantiles(medians, 0.05, 0.95), len(medians)]


def packed() -> dict[str, list[float]]:
    """Kind of model -> [median, 5 %, 95 %, checkpoints] of published over fully packed size."""
    ratios: dict[str, list[float]] = {}
    for model, checkpoint in published_checkpoints():
        kind = "moe" if model.is_moe else model.attention or ""
        if checkpoint.format == "gguf" or kind not in ("moe", "hybrid", "mla") or not checkpoint.n_bytes:
            continue
        try:
            scheme = find_scheme(checkpoint.scheme)
            known = groups(model)
        except AdvisorError:
            continue
        if not scheme.is_gguf and scheme.family != "none":
            size = pack(model, scheme, known).total_bytes.value
            ratios.setdefault(kind, []).append(checkpoint.n_bytes / size)
    return {
        kind: [*quantiles(values, 0.5, 0.05, 0.95), len(values)]
        for kind, values in sorted(ratios.items())
        if len(values) >= LEAST
    }


def modelled() -> list[ModelProfile]:
    """Catalogue models whose tensors are known."""
    return [model for model in all_models() if is_modelled(model)]


def _quantile(values: Sequence[float], share: float) -> float:
    return quantiles(values, share)[0]


def bits_per_param(spreads: Spreads) -> dict[str, dict[str, list[float]]]:
    """scheme -> 'dense-2' -> [median, 5 %, 95 %, number of models]: bits per parameter, ends of their own
    intervals included."""
    seen: dict[str, dict[str, list[tuple[float, float, float]]]] = {}
    for model, scheme in itertools.product(modelled(), all_schemes()):
        with suppress(UnsupportedError):
            weights = weigh_with(spreads, model, scheme)
            cell = f"{'moe' if model.is_moe else 'dense'}-{size_class(weights.n_params)}"
            size, n = weights.total_bytes, weights.n_params
            bits = (8 * size.value / n, 8 * size.low / n, 8 * size.high / n)
            seen.setdefault(scheme.name, {}).setdefault(cell, []).append(bits)
    return {
        scheme: {
            cell: [*map(_quantile, np.transpose(rows), (0.5, 0.05, 0.95)), len(rows)]
            for cell, rows in sorted(cells.items())
            if len(rows) >= LEAST_MODELS
        }
        for scheme, cells in sorted(seen.items())
    }


def nominal_params() -> list[float]:
    """[5 %, 95 %, models] of true over nominal count, over models whose name states one ('Llama-2-7B')."""
    ratios = []
    for model in all_models():
        found = re.search(r"(?:^|-)(\d+(?:\.\d+)?)([BM])(?:-|$)", model.name)
        if found and model.n_params:
            nominal = float(found[1]) * (1e9 if found[2] == "B" else 1e6)
            ratios.append(model.n_params / nominal)
    return [*quantiles(ratios, 0.05, 0.95), len(ratios)]
