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
from advisor.errors import NotMeasuredError
from advisor.prediction.accuracy.predict import predict_accuracy
from advisor.sizing.weights import weigh

_SPEEDS = (
    "decode_tokens_per_s",
    "prefill_tokens_per_s",
    "time_to_first_token_s",
    "request_latency_s",
    "throughput_tokens_per_s",
)


def explain(
    plan: Plan, hardware: HardwareProfile, model: ModelProfile, requirements: Requirements
) -> dict[str, Any]:
    """The terms of *plan* as plain values: sections size, memory, speed, accuracy.

    The figures are the plan's own; only the terms behind them are asked for here; of a mixture,
    the first load's.
    """
    scheme = find_scheme(plan.scheme)
    weights = weigh(model, scheme, plan.imatrix)
    categories = tuple(plan.predicted.retained_accuracy_pct)
    accuracy = predict_accuracy(
        model,
        weights,
        scheme,
        plan.imatrix,
        plan.kv_type,
        categories,
        confidence=requirements.confidence_pct / 100,
    )
    return {
        "schema_version": "1.0",
        "model": plan.model,
        "scheme": plan.scheme,
        "engine": plan.engine,
        "hardware": hardware.name,
        "sections": plain(
            {
                "size": _size(plan, weights),
                "memory": _memory(plan),
                "speed": _speed(plan, hardware, model, scheme, weights, requirements),
                "accuracy": {
                    "figures": plan.predicted.retained_accuracy_pct,
                    "loss_upper_pct": plan.predicted.loss_upper_pct,
                    "perplexity_ratio": plan.predicted.perplexity_ratio,
                    "kl_divergence": plan.predicted.kl_divergence,
                    "terms": accuracy.terms,
                },
            }
        ),
    }


def _size(plan: Plan, weights: Any) -> dict[str, Any]:
    return {
        "weights": plan.predicted.weights_bytes,
        "file": plan.predicted.file_size_bytes,
        "bpw": weights.bpw,
        "tensors by type": weights.histogram,
        "bytes by role": weights.by_role_bytes,
        "bytes read per token": weights.active_bytes_per_token,
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


def _speed(
    plan: Plan,
    hardware: HardwareProfile,
    model: ModelProfile,
    scheme: Any,
    weights: Any,
    requirements: Requirements,
) -> dict[str, Any]:
    placement = plan.predicted.placement
    if placement is None:
        return {"why not": "it does not fit"}
    load = requirements.loads[0]
    common = (hardware, model, weights, scheme, plan.engine, plan.backend, placement, load.prompt_tokens)
    confidence = requirements.confidence_pct / 100
    try:
        if facts(plan.engine).serves:
            from advisor.prediction.serving_speed.predict import predict_serving

            found = predict_serving(
                *common, load.output_tokens, load.concurrency, plan.kv_type, confidence=confidence
            )
        else:
            from advisor.prediction.local_speed.predict import predict_local
            from advisor.prediction.own.evidence import local_effect

            own = local_effect(hardware, plan.backend, model, weights, scheme.name, placement)
            depth = load.prompt_tokens + load.output_tokens // 2
            found = predict_local(*common, depth, plan.kv_type, confidence=confidence, local=own)
    except NotMeasuredError as error:
        return {"why not": str(error)}
    return {"figures": {name: getattr(plan.predicted, name) for name in _SPEEDS}, "terms": found.terms}
