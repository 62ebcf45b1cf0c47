"""Which feasible plan is best."""

from __future__ import annotations

from advisor.documents.requirements import Requirements
from advisor.recommendation.judge import Judged


def objective_of(requirements: Requirements) -> str:
    """The objective asked for, or what people mean: with a stated loss the fastest, else the most accurate."""
    if requirements.objective:
        return requirements.objective
    stated = requirements.max_loss_pct is not None or any(t.max_loss_pct is not None for t in requirements.tasks)
    return "speed" if stated else "accuracy"


def ranked(plans: list[Judged], requirements: Requirements) -> list[Judged]:
    """*plans*, best first.

    A scheme that its engine runs with limits comes after every scheme it runs properly: the speeds behind the
    fit were measured with proper kernels.
    """
    proper = [plan for plan in plans if not plan.candidate.partial]
    limited = [plan for plan in plans if plan.candidate.partial]
    return [*_ranked(proper, requirements), *_ranked(limited, requirements)]


def _ranked(plans: list[Judged], requirements: Requirements) -> list[Judged]:
    objective = objective_of(requirements)
    if objective == "accuracy":
        return _by_accuracy(plans, requirements)
    return sorted(plans, key=lambda plan: _key(plan, objective, requirements))


def rate(plan: Judged, requirements: Requirements) -> float:
    """The speed that matters to this need: one answer's tokens/s alone, all answers' together under load."""
    outcome = plan.outcome
    shared = requirements.concurrency > 1 or len(requirements.loads) > 1
    figure = outcome.throughput_tokens_per_s if shared else outcome.decode_tokens_per_s
    return figure.value if figure else 0.0


def _key(plan: Judged, objective: str, requirements: Requirements) -> tuple:
    size = plan.outcome.file_size_bytes.value
    loss = plan.loss.value if plan.loss else float("inf")
    speed = rate(plan, requirements)
    first = {
        "speed": -speed,
        "size": size,
        "make-cost": plan.candidate.scheme.make_cost_rank,
        "serve-cost": -_rate_per_device(plan),
    }[objective]
    return (first, loss if objective == "make-cost" else size, loss, -speed, plan.candidate.scheme.name, plan.candidate.engine)


def _rate_per_device(plan: Judged) -> float:
    figure = plan.outcome.throughput_tokens_per_s
    placement = plan.outcome.placement
    return figure.value / max(placement.n_gpus, 1) if figure and placement else 0.0


def _by_accuracy(plans: list[Judged], requirements: Requirements) -> list[Judged]:
    """Most accurate first; plans nobody could tell apart tie, and the faster, then the smaller, wins.

    A plan ties with the best while the best's expected loss is inside the plan's own interval. The order
    within the tie comes first; the others follow by expected loss.
    """
    known = [plan for plan in plans if plan.loss is not None]
    unknown = [plan for plan in plans if plan.loss is None]
    if not known:
        return sorted(plans, key=lambda plan: _key(plan, "speed", requirements))
    best = min(plan.loss.value for plan in known)
    tied = [plan for plan in known if plan.loss.low <= best]
    rest = [plan for plan in known if plan.loss.low > best]
    return [
        *sorted(tied, key=lambda plan: _key(plan, "speed", requirements)),
        *sorted(rest, key=lambda plan: (plan.loss.value, _key(plan, "speed", requirements))),
        *sorted(unknown, key=lambda plan: _key(plan, "speed", requirements)),
    ]
