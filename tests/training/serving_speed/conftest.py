"""One small sample that every test of the fit may use."""

from __future__ import annotations

import pytest

from advisor.training.serving_speed.estimator import StepModel
from advisor.training.serving_speed.sample import Sample, sample, sample_of


@pytest.fixture(scope="session")
def small() -> Sample:
    """A sixth of the rows: those of the most prolific publisher on two devices only, and of few others."""
    kept = [
        c
        for c in sample().cases
        if (c.row.publisher == "aiconfigurator-nightly" and c.row.devices == 2)
        or c.row.publisher in ("redhat", "accelmark", "modelopt-benchmark")
    ]
    return sample_of(kept, {})


@pytest.fixture(scope="session")
def fitted(small: Sample) -> StepModel:
    """The model on them."""
    return small.fitted()
