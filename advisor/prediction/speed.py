"""Speed under one load or a mixture of loads, from whichever predictor knows the engine."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from advisor.documents.requirements import Load
from advisor.errors import NotMeasuredError
from advisor.prediction.artifacts import load as load_artifact
from advisor.prediction.case import MAX_CONCURRENCY, Case, Sized
from advisor.prediction.figures import Speed, mixture
from advisor.prediction.network import over_network
from advisor.sizing.weights import Weights


def speed(case: Case, sized: Sized) -> Speed:
    """Predicted speed of *case*; several loads are mixed by their weights (share of requests)."""
    try:
        results = [(load, _one(case, load, sized)) for load in case.loads]
    except NotMeasuredError as error:
        return Speed(why_not=str(error))
    return results[0][1] if len(results) == 1 else mixture(results)


def decode_ceiling(case: Case, weights: Weights) -> float:
    """Tokens a second that no placement of *case* is expected to pass: everything read once a token, at the
    share of the fastest memory that its kind reaches (intervals end at the bus itself). Infinite where
    nothing bounds the prediction: serving engines, several requests at once, and own measurements."""
    if case.serves or case.own.speed or any(load.concurrency != 1 for load in case.loads):
        return inf
    from advisor.prediction.local_speed.bounds import most_tokens_per_s
    from advisor.prediction.local_speed.inputs import per_token
    from advisor.prediction.local_speed.plan import devices_of

    fitted = load_artifact("local_speed")
    read_bytes = per_token(case.model, weights)[1]
    devices = devices_of(case, fitted)
    return most_tokens_per_s(read_bytes, devices, fitted["reach"]) * max(1, len(case.hardware.gpus))


def _one(case: Case, load: Load, sized: Sized) -> Speed:
    if case.serves:
        from advisor.prediction.serving_speed.predict import predict as predict_serving

        return over_network(case, load, sized, predict_serving(case, load, sized))
    if load.concurrency == MAX_CONCURRENCY:
        load = replace(load, concurrency=sized.placement.max_concurrency or 1)
    from advisor.prediction.local_speed.predict import predict as predict_local

    alone = predict_local(case, load, sized)
    if load.concurrency == 1:
        return over_network(case, load, sized, alone)
    from advisor.prediction.local_speed.together import predict_together
    from advisor.prediction.serving_speed.batched import shared

    held = max(1, min(load.concurrency, sized.placement.max_concurrency or load.concurrency))
    together = predict_together(case, load, sized, held)
    return over_network(case, load, sized, shared(load, alone, together, held))
