"""Every figure of a plan opened: its terms, the nearest measured rows, and what makes its interval wide."""

from __future__ import annotations

from typing import Any

from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.plain import plain
from advisor.documents.recommendation import Plan
from advisor.documents.requirements import Requirements
from advisor.engines import facts
from advisor.engines.backends import with_reached
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import FIGURES
from advisor.prediction.outcome import accuracy_of
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.prediction.speed import speed
from advisor.prediction.weighing import weigh_case
from advisor.sizing.projector import images_note
from advisor.sizing.weights import Weights


def explain(
    plan: Plan,
    hardware: HardwareProfile,
    model: ModelProfile,
    requirements: Requirements,
    own: OwnEvidence = NOTHING_OWN,
) -> dict[str, Any]:
    """The terms of *plan* as plain values: sections size, memory, speed, accuracy.

    They come from the functions that gave the plan its figures; of a mixture of loads, the first load's.
    """
    case = Case(
        hardware=with_reached(hardware, plan.backend),
        model=model,
        scheme=find_scheme(plan.scheme),
        engine=plan.engine,
        backend=plan.backend,
        imatrix=plan.imatrix,
        kv_type=plan.kv_type,
        context_tokens=plan.context_tokens,
        loads=requirements.loads,
        categories=tuple(plan.predicted.retained_accuracy_pct),
        confidence=requirements.confidence_pct / 100,
        images=requirements.images,
        own=own,
    )
    weights = weigh_case(case)
    sections = {
        "size": _size(plan, model, weights),
        "memory": _memory(plan),
        "speed": _speed(plan, case, weights),
        "accuracy": _accuracy(case, weights),
    }
    return {
        "schema_version": "1.0",
        "model": plan.model,
        "scheme": plan.scheme,
        "engine": plan.engine,
        "hardware": hardware.name,
        "sections": plain(sections),
        "notes": list(own.notes),
    }


def _size(plan: Plan, model: ModelProfile, weights: Weights) -> dict[str, Any]:
    images = images_note(model, weights, separate=facts(plan.engine).reads_gguf)
    return {
        "weights": plan.predicted.weights_bytes,
        "file": plan.predicted.file_size_bytes,
        "bpw": weights.bpw,
        "tensors by type": weights.histogram,
        "bytes by role": weights.by_role_bytes,
        "bytes read per token": weights.active_bytes_per_token,
        **({"images": images} if images else {}),
    }


def _memory(plan: Plan) -> dict[str, Any]:
    placement = plan.predicted.placement
    if placement is None:
        return {}
    return {
        "placement": placement.kind,
        "binding": placement.binding,
        "largest context": placement.max_context_tokens,
        "most requests": placement.max_concurrency,
        **{device.device: device for device in placement.devices},
    }


def _speed(plan: Plan, case: Case, weights: Weights) -> dict[str, Any]:
    placement = plan.predicted.placement
    if placement is None or not placement.fits:
        return {"why not": "it does not fit"}
    found = speed(case, Sized(weights=weights, placement=placement))
    if found.why_not:
        return {"why not": found.why_not}
    return {"figures": {name: getattr(found, name) for name in FIGURES}, "terms": found.terms}


def _accuracy(case: Case, weights: Weights) -> dict[str, Any]:
    found = accuracy_of(case, weights)
    return {
        "figures": found.retained_pct,
        "loss_upper_pct": found.loss_upper_pct,
        "perplexity_ratio": found.perplexity_ratio,
        "kl_divergence": found.kl_divergence,
        "terms": found.terms,
    }
