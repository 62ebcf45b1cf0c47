"""The tradeoff table: one row per scheme and engine, feasible or not, with the Pareto front marked."""

from __future__ import annotations

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import Rejection
from advisor.documents.requirements import Requirements
from advisor.documents.tradeoffs import Row, Table
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.recommendation.evaluate import evaluate
from advisor.recommendation.front import pareto_front
from advisor.recommendation.judge import Judged
from advisor.recommendation.making import making
from advisor.recommendation.rank import ranked


def tradeoffs(
    requirements: Requirements, hardware: HardwareProfile, model: ModelProfile, own: OwnEvidence = NOTHING_OWN
) -> Table:
    """The table for one model, largest file first."""
    judged, rejected = evaluate(requirements, hardware, model, own=own)
    return table(requirements, hardware, model, judged, rejected)


def table(
    requirements: Requirements,
    hardware: HardwareProfile,
    model: ModelProfile,
    judged: list[Judged],
    rejected: list[Rejection],
) -> Table:
    """The table made of what `evaluate` found."""
    front = pareto_front(judged, requirements)
    order = ranked([plan for plan in judged if plan.feasible], requirements)
    first = id(order[0]) if order else None
    largest = sorted(
        judged,
        key=lambda plan: (-plan.outcome.file_size_bytes.value, plan.case.scheme.name, plan.case.engine),
    )
    rows = [_row(plan, id(plan) in front, id(plan) == first) for plan in largest]
    rows += [_ruled_out(rejection) for rejection in rejected]
    return Table(hardware=hardware, requirements=requirements, model=model.name, rows=tuple(rows))


def _row(plan: Judged, on_front: bool, recommended: bool) -> Row:
    outcome, case = plan.outcome, plan.case
    scheme = case.scheme
    return Row(
        scheme=scheme.name,
        family=scheme.family,
        level=scheme.level,
        engine=case.engine,
        backend=case.backend,
        recommended=recommended,
        feasible=plan.feasible,
        reason="; ".join(miss.text for miss in plan.misses),
        reason_kind=max(plan.misses, key=lambda miss: miss.shortfall).kind if plan.misses else "",
        pareto=on_front,
        imatrix=case.imatrix,
        kv_type=case.kv_type,
        weight_bits=scheme.weight_bits,
        group_size=scheme.group_size,
        calibration=scheme.calibration,
        bpw=outcome.bpw,
        file_size_bytes=outcome.file_size_bytes,
        memory_bytes=outcome.memory_bytes,
        placement=outcome.placement.kind if outcome.placement else None,
        decode_tokens_per_s=outcome.decode_tokens_per_s,
        ms_per_token=ms_per_token(outcome.decode_tokens_per_s),
        prefill_tokens_per_s=outcome.prefill_tokens_per_s,
        time_to_first_token_s=outcome.time_to_first_token_s,
        throughput_tokens_per_s=outcome.throughput_tokens_per_s,
        loss_pct={
            **{name: _loss(kept) for name, kept in outcome.retained_accuracy_pct.items()},
            "mix": plan.loss,
        },
        perplexity_ratio=outcome.perplexity_ratio,
        kl_divergence=outcome.kl_divergence,
        make_cost=making(case).words,
    )


def _ruled_out(rejection: Rejection) -> Row:
    from advisor.catalog.schemes import find_scheme

    scheme = find_scheme(rejection.scheme)
    return Row(
        scheme=scheme.name,
        family=scheme.family,
        level=scheme.level,
        engine=None,
        backend=None,
        recommended=False,
        feasible=False,
        reason=rejection.reason,
        reason_kind=rejection.kind,
        pareto=False,
        imatrix=None,
        kv_type=None,
        weight_bits=scheme.weight_bits,
        group_size=scheme.group_size,
        calibration=scheme.calibration,
        bpw=None,
        file_size_bytes=None,
        memory_bytes=None,
        placement=None,
        decode_tokens_per_s=None,
        ms_per_token=None,
        prefill_tokens_per_s=None,
        time_to_first_token_s=None,
        throughput_tokens_per_s=None,
        loss_pct={},
        perplexity_ratio=None,
        kl_divergence=None,
        make_cost=scheme.make_cost,
    )


def ms_per_token(rate_estimate: Estimate | None) -> Estimate | None:
    """Milliseconds per token from tokens per second, the interval turned round."""
    return None if rate_estimate is None or rate_estimate.low <= 0 else rate_estimate.dividing(1000)


def _loss(kept: Estimate | None) -> Estimate | None:
    return kept.to_loss() if kept else None
