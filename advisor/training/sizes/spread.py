"""What the fits of sizes share: published files with their models, and order statistics."""

from __future__ import annotations

from advisor.catalog.checkpoints import Checkpoint, all_checkpoints
from advisor.catalog.models import all_models
from advisor.documents.model import ModelProfile

LEAST = 8
"""Checkpoints of a kind that give ends at 5 and 95 % (a judgement; below it: no interval)."""


def published_checkpoints() -> list[tuple[ModelProfile, Checkpoint]]:
    """Every published quantized file with the catalogue model it was made of."""
    return [(model, one) for model in all_models() for one in all_checkpoints(model)]


def quantile(values: list[float], q: float) -> float:
    """Linear interpolation between order statistics."""
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
