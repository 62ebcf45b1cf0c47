"""Which quantization for this model on this machine: answers from measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.catalog.resolve import resolve_hardware, resolve_model
    from advisor.documents.requirements import Load, Requirements, TaskNeed
    from advisor.prediction.case import Case
    from advisor.prediction.outcome import predict
    from advisor.probe import probe
    from advisor.recommendation.recommend import recommend
    from advisor.recommendation.tradeoffs import tradeoffs

__version__ = "0.1.0"

# Importing everything here would cost each command the price of all of them (PEP 562).
_HOMES = {
    "Case": "advisor.prediction.case",
    "Load": "advisor.documents.requirements",
    "Requirements": "advisor.documents.requirements",
    "TaskNeed": "advisor.documents.requirements",
    "predict": "advisor.prediction.outcome",
    "probe": "advisor.probe",
    "recommend": "advisor.recommendation.recommend",
    "resolve_hardware": "advisor.catalog.resolve",
    "resolve_model": "advisor.catalog.resolve",
    "tradeoffs": "advisor.recommendation.tradeoffs",
}
__all__ = [
    "Case",
    "Load",
    "Requirements",
    "TaskNeed",
    "predict",
    "probe",
    "recommend",
    "resolve_hardware",
    "resolve_model",
    "tradeoffs",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'advisor' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
