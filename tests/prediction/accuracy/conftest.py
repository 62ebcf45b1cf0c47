"""Questions to the accuracy model by catalogue names."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import TASK_CATEGORIES
from advisor.errors import AdvisorError
from advisor.prediction.accuracy.predict import Accuracy, predict
from advisor.prediction.case import Case
from advisor.sizing.weights import weigh

Asked = Callable[..., Accuracy | None]
_ANY = HardwareProfile(name="any", source="user")
"""Accuracy does not depend on the machine."""


@pytest.fixture(scope="session")
def asked() -> Asked:
    """(model, scheme, imatrix, kv type, confidence) -> prediction; None where there is no such mix."""
    return _asked


@cache
def _asked(
    model: str,
    scheme: str,
    imatrix: bool | None = True,
    kv: str = "f16",
    confidence: float = 0.9,
    categories: tuple[str, ...] = TASK_CATEGORIES,
) -> Accuracy | None:
    profile, about = find_model(model), find_scheme(scheme)
    flag = imatrix if about.is_gguf else None
    case = Case(
        hardware=_ANY,
        model=profile,
        scheme=about,
        engine="llama.cpp",
        backend="cpu",
        imatrix=flag,
        kv_type=kv,
        categories=categories,
        confidence=confidence,
    )
    try:
        return predict(case, weigh(profile, about, flag))
    except AdvisorError:
        return None
