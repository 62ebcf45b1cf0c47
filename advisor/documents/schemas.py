"""The JSON Schema of every document, generated from the classes that make it."""

from __future__ import annotations

from typing import Any

SCHEMA_IDS = "https://quant-advisor.dev/schemas"


def document_kinds() -> dict[str, Any]:
    """Document name -> class, or the union of what it may be."""
    from advisor.documents.batch import BatchAnswer, BatchCase, BatchError, ErrorDocument
    from advisor.documents.deployment import Deployment
    from advisor.documents.explanation import Explanation
    from advisor.documents.fleet import FleetPlan
    from advisor.documents.hardware import HardwareProfile
    from advisor.documents.inventory import Inventory
    from advisor.documents.model import ModelProfile
    from advisor.documents.offers import HardwareAnswer
    from advisor.documents.origin import Origin
    from advisor.documents.outcome import Outcome
    from advisor.documents.recommendation import Recommendation
    from advisor.documents.requirements import Requirements
    from advisor.documents.scheme import SchemeProfile
    from advisor.documents.tradeoffs import Table

    return {
        "deployment": Deployment,
        "hardware": HardwareProfile,
        "inventory": Inventory,
        "model": ModelProfile,
        "scheme": SchemeProfile,
        "requirements": Requirements,
        "outcome": Outcome,
        "recommendation": Recommendation,
        "fleet": FleetPlan,
        "hardware-answer": HardwareAnswer,
        "origin": Origin,
        "batch-case": BatchCase,
        "batch-answer": BatchAnswer | BatchError,
        "tradeoffs": Table,
        "explanation": Explanation,
        "error": ErrorDocument,
    }


def schema(name: str, kind: Any) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of *kind*; open, so that readers tolerate fields added later."""
    from pydantic import TypeAdapter

    body = TypeAdapter(kind).json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{SCHEMA_IDS}/{name}/v1.json",
        **body,
    }
