"""The one function behind every answer: a case in, all its figures out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.documents.outcome import Estimate, Outcome, Placement
from advisor.engines import facts
from advisor.prediction.case import MAX_CONCURRENCY, Case, Sized
from advisor.prediction.figures import Speed
from advisor.prediction.own.damage import own_damage
from advisor.prediction.speed import speed
from advisor.prediction.weighing import weigh_case
from advisor.sizing.placement import place, place_if_fits
from advisor.sizing.placement_case import PlacementCase
from advisor.sizing.projector import images_note
from advisor.sizing.weights import Weights

if TYPE_CHECKING:
    from advisor.prediction.accuracy.predict import Accuracy


def predict(
    case: Case,
    *,
    speed_if_too_large: bool = False,
    placement: Placement | None = None,
    accuracy: Accuracy | None = None,
) -> Outcome:
    """All figures of *case*; *placement* and *accuracy* are what `place_case` and `accuracy_of` say of it,
    where that is known already.

    A plan that does not fit keeps its sizes and accuracy and has no speed; `speed_if_too_large` gives the
    speed it would have if it did (a measurement is proof that it fitted, whatever our reserve says).
    """
    weights = weigh_case(case)
    sized = Sized(weights=weights, placement=placement or place_case(case, weights))
    found = Speed(why_not="it does not fit")
    if sized.placement.fits or speed_if_too_large:
        found = speed(case, sized)
    return _outcome(case, sized, found, accuracy or accuracy_of(case, weights))


def place_case(case: Case, weights: Weights) -> Placement:
    """Where *case* lives; a concurrency of "max" is what memory holds beside the weights."""
    asked = _placement_case(case, weights)
    placement = place(asked)
    return _filled(case, asked, placement) if placement.fits else placement


def place_case_if_fits(case: Case, weights: Weights) -> Placement | None:
    """As `place_case`; None for what no memory holds."""
    asked = _placement_case(case, weights)
    placement = place_if_fits(asked)
    return placement and _filled(case, asked, placement)


def _filled(case: Case, asked: PlacementCase, placement: Placement) -> Placement:
    """*placement* with as many requests as memory holds, where that is asked for."""
    if case.concurrency != MAX_CONCURRENCY or (placement.max_concurrency or 1) <= 1:
        return placement
    full = place(asked._replace(concurrency=placement.max_concurrency or 1))
    if full.replicas == 1:
        return full
    return place(asked._replace(concurrency=full.max_concurrency or 1))


def _placement_case(case: Case, weights: Weights) -> PlacementCase:
    return PlacementCase(
        hardware=case.hardware,
        model=case.model,
        weights=weights,
        scheme=case.scheme,
        engine=case.engine,
        backend=case.backend,
        context_tokens=case.context_tokens,
        concurrency=1 if case.concurrency == MAX_CONCURRENCY else case.concurrency,
        kv_type=case.kv_type,
        gpu_layers=case.gpu_layers,
        cpu_expert_layers=case.cpu_expert_layers,
        ubatch_tokens=case.ubatch_tokens,
        flash_attn=case.flash_attn,
    )


def accuracy_of(case: Case, weights: Weights) -> Accuracy:
    """Accuracy kept: exact for the published weights, own figures of damage where there are any."""
    from advisor.prediction.accuracy.predict import predict as predict_accuracy

    accuracy = predict_accuracy(case, weights)
    own = own_damage(case.own, case.model.known_as, case.scheme.name, case.confidence)
    return accuracy._replace(
        perplexity_ratio=own.get("ppl_ratio", accuracy.perplexity_ratio),
        kl_divergence=own.get("kld_mean", accuracy.kl_divergence),
    )


def _outcome(case: Case, sized: Sized, found: Speed, accuracy: Accuracy) -> Outcome:
    weights, placement = sized.weights, sized.placement
    images = images_note(case.model, weights, separate=facts(case.engine).reads_gguf)
    return Outcome(
        model=case.model.name,
        scheme=case.scheme.name,
        engine=case.engine,
        backend=case.backend,
        hardware=case.hardware.name,
        imatrix=case.imatrix,
        kv_type=case.kv_type,
        placement=placement,
        weights_bytes=weights.total_bytes,
        file_size_bytes=weights.file_bytes,
        bpw=_bpw(weights),
        memory_bytes=_memory(placement, weights),
        decode_tokens_per_s=found.decode_tokens_per_s,
        prefill_tokens_per_s=found.prefill_tokens_per_s,
        time_to_first_token_s=found.time_to_first_token_s,
        request_latency_s=found.request_latency_s,
        concurrency=_concurrency(case, placement),
        throughput_tokens_per_s=found.throughput_tokens_per_s,
        requests_per_s=found.requests_per_s,
        retained_accuracy_pct=dict(accuracy.retained_pct),
        loss_upper_pct=dict(accuracy.loss_upper_pct),
        perplexity_ratio=accuracy.perplexity_ratio,
        kl_divergence=accuracy.kl_divergence,
        warnings=tuple(filter(None, (f"no speed: {found.why_not}" if found.why_not else "", images))),
    )


def _bpw(weights: Weights) -> Estimate:
    total = weights.total_bytes
    scale = weights.bpw / total.value
    return Estimate(
        value=weights.bpw,
        low=total.low * scale,
        high=total.high * scale,
        basis=total.basis,
        evidence=total.evidence,
    )


def _memory(placement: Placement, weights: Weights) -> Estimate:
    """All devices together; as uncertain as the weights are, and never said to be less than planned."""
    total = placement.total_bytes
    spread_low = weights.total_bytes.value - weights.total_bytes.low
    spread_high = weights.total_bytes.high - weights.total_bytes.value
    basis = placement.basis if weights.total_bytes.basis == "exact" else weights.total_bytes.basis
    return Estimate(
        value=total,
        low=total - spread_low,
        high=total + spread_high,
        basis=basis,
        evidence=("weights + KV cache + compute + overhead",),
    )


def _concurrency(case: Case, placement: Placement) -> Estimate:
    """Requests running at once: what was asked for, or fewer when the KV cache holds fewer."""
    wanted, most = case.concurrency, placement.max_concurrency
    if wanted == MAX_CONCURRENCY:
        return Estimate.exact(most or 0, "as many as the KV cache holds")
    # A plan that does not fit is answered as if it did: everything asked for then runs.
    return Estimate.exact(wanted if not most or not placement.fits else min(wanted, most))
