"""Which quantization for this model on this machine: answers from measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.api import explain, predict, recommend, this_machine, tradeoffs
    from advisor.catalog.resolve import resolve_hardware, resolve_model
    from advisor.documents.requirements import Load, Requirements, TaskNeed
    from advisor.prediction.case import Case

__version__ = "0.1.0"

# Importing everything here would cost each command the price of all of them (PEP 562).
_HOMES = {
    "Case": "advisor.prediction.case",
    "Load": "advisor.documents.requirements",
    "Requirements": "advisor.documents.requirements",
    "TaskNeed": "advisor.documents.requirements",
    "explain": "advisor.api",
    "predict": "advisor.api",
    "recommend": "advisor.api",
    "resolve_hardware": "advisor.catalog.resolve",
    "resolve_model": "advisor.catalog.resolve",
    "this_machine": "advisor.api",
    "tradeoffs": "advisor.api",
}
__all__ = [
    "Case",
    "Load",
    "Requirements",
    "TaskNeed",
    "explain",
    "predict",
    "recommend",
    "resolve_hardware",
    "resolve_model",
    "this_machine",
    "tradeoffs",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'advisor' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
