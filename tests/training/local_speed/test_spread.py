"""The scale of the error of local speed."""

import math
import random

import numpy as np
import pytest

from advisor.training.local_speed.fit import submitter
from advisor.training.local_speed.spread import fit_scale, support


def test_the_scale_follows_the_errors():
    """Cases whose errors are four times as large get about four times the scale."""
    rng = random.Random(5)
    features = [[("", 1.0), ("moe", 1.0)] if i % 2 else [("", 1.0)] for i in range(400)]
    residuals = np.array([rng.choice((-1, 1)) * (0.2 if i % 2 else 0.05) for i in range(400)])
    found = fit_scale(features, residuals, [f"g{i}" for i in range(400)])
    assert pytest.approx(4, rel=0.15) == math.exp(found["moe"])
    assert pytest.approx(0.05, rel=0.15) == math.exp(found[""])


def test_knowledge_never_widens():
    """Errors that grow with the number of sources leave no coefficient for it."""
    features = [[("", 1.0), ("moe", float(i % 2)), ("log-device", float(i % 3))] for i in range(90)]
    residuals = np.array([0.05 * (1 + i % 3) for i in range(90)])
    assert set(fit_scale(features, residuals, [f"g{i}" for i in range(90)])) == {"", "moe"}


def test_evidence_is_counted_by_who_measured(row):
    """Two sources on one device are two for the device and one device for its generation."""
    counts = support([row(source="a"), row(source="b"), row(source="b")], submitter)
    assert counts["device:GeForce RTX 4090|cuda"] == 2
    assert counts["generation:Ada Lovelace|cuda"] == 1
