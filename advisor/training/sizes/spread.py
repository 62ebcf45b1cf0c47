"""What the fits of sizes share: published files with their models, and order statistics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from advisor.catalog.checkpoints import Checkpoint, all_checkpoints
from advisor.catalog.models import all_models
from advisor.documents.model import ModelProfile

LEAST = 8
"""Checkpoints of a kind that give ends at 5 and 95 % (a judgement; below it: no interval)."""


def published_checkpoints() -> list[tuple[ModelProfile, Checkpoint]]:
    """Every published quantized file with the catalogue model it was made of."""
    return [(model, one) for model in all_models() for one in all_checkpoints(model)]


def quantiles(values: Sequence[float], *shares: float) -> list[float]:
    """The quantiles at *shares*, as the artifact holds them: with four decimals."""
    return [round(float(value), 4) for value in np.quantile(values, shares)]
