"""Which feasible plan is best."""

from __future__ import annotations

from collections.abc import Callable

from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load
from advisor.recommendation.judge import Judged


def objective_of(requirements: Requirements) -> str:
    """The objective asked for, or what people mean:
    with a stated loss the fastest, else the most accurate.
    """
    if requirements.objective:
        return requirements.objective
    stated = requirements.max_loss_pct is not None or any(
        t.max_loss_pct is not None for t in requirements.tasks
    )
    return "speed" if stated else "accuracy"


def ranked(plans: list[Judged], requirements: Requirements) -> list[Judged]:
    """*plans*, best first.

    A scheme that its engine runs with limits, or that nobody but its publisher can make, comes after every
    other: the speeds behind the fit were measured with proper kernels.
    """
    proper = [plan for plan in plans if not plan.candidate.limited]
    limited = [plan for plan in plans if plan.candidate.limited]
    return [*_ranked(proper, requirements), *_ranked(limited, requirements)]


def rate(plan: Judged, requirements: Requirements) -> float:
    """The speed that matters to this need: one answer's tokens/s alone, all answers' together under load."""
    figure = _rate(plan, requirements)
    return figure.value if figure else 0.0


def _rate(plan: Judged, requirements: Requirements) -> Estimate | None:
    outcome = plan.outcome
    shared = requirements.concurrency > 1 or len(requirements.loads) > 1
    return outcome.throughput_tokens_per_s if shared else outcome.decode_tokens_per_s


def _ranked(plans: list[Judged], requirements: Requirements) -> list[Judged]:
    objective = objective_of(requirements)
    if objective == "accuracy":
        return _by_accuracy(plans, requirements)
    if objective == "speed":
        return _by_rate(plans, lambda plan: rate(plan, requirements), requirements, _size)
    if objective == "serve-cost":
        return _by_rate(plans, _rate_per_device, requirements, _size)
    if objective == "size":
        return sorted(
            plans, key=lambda plan: (_size(plan), _loss(plan), -rate(plan, requirements), _names(plan))
        )
    return sorted(
        plans,
        key=lambda plan: (
            plan.candidate.scheme.make_cost_rank,
            _loss(plan),
            -rate(plan, requirements),
            _names(plan),
        ),
    )


def _by_rate(
    plans: list[Judged],
    speed: Callable[[Judged], float],
    requirements: Requirements,
    second: Callable[[Judged], float],
) -> list[Judged]:
    """Fastest first, and speeds with measurements behind them before extrapolated ones.

    *second* decides between equally fast plans that cost the same to make.
    """
    known = [plan for plan in plans if not _extrapolated(plan, requirements)]
    guessed = [plan for plan in plans if _extrapolated(plan, requirements)]
    return [*_tied_by_rate(known, speed, second), *_tied_by_rate(guessed, speed, second)]


def _extrapolated(plan: Judged, requirements: Requirements) -> bool:
    figure = _rate(plan, requirements)
    return figure is None or figure.basis == "extrapolated"


def _tied_by_rate(
    plans: list[Judged], speed: Callable[[Judged], float], second: Callable[[Judged], float]
) -> list[Judged]:
    """Speeds closer than two people measuring one configuration tie."""
    spread = load("decision")["speed_resolution"]
    left = sorted(plans, key=lambda plan: (-speed(plan), _names(plan)))
    order: list[Judged] = []
    while left:
        floor = speed(left[0]) / (1 + spread)
        tied = [plan for plan in left if speed(plan) >= floor]
        order += _within_tie(tied, second)
        left = left[len(tied) :]
    return order


def _within_tie(tied: list[Judged], second: Callable[[Judged], float]) -> list[Judged]:
    """Of equally fast plans: first those whose loss no benchmark could tell from the best of them.

    Among these a loss that was measured comes first, then what is cheapest to make, then the least by
    *second*; the others follow by loss.
    """
    best = min(_loss(plan) for plan in tied)
    limit = best + load("decision")["benchmark_resolution_pct"]

    def key(plan: Judged) -> tuple:
        if _loss(plan) > limit:
            return 1, _loss(plan), 0, _size(plan), 0.0, _names(plan)
        guessed = plan.loss is None or plan.loss.basis != "measured"
        cost = plan.candidate.scheme.make_cost_rank
        return 0, guessed, cost, second(plan), _size(plan), _names(plan)

    return sorted(tied, key=key)


def _by_accuracy(plans: list[Judged], requirements: Requirements) -> list[Judged]:
    """Most accurate first; differences nobody could measure are ties, and the faster, then the smaller, wins.

    A plan ties with the best when the expected losses differ by less than one standard error of the sharpest
    benchmark in the tables; the others follow by expected loss.
    """
    known = [plan for plan in plans if plan.loss is not None]
    resolution = load("decision")["benchmark_resolution_pct"]
    best = min((plan.loss.value for plan in known), default=0.0)
    tied = [plan for plan in known if plan.loss.value - best <= resolution]
    rest = [plan for plan in known if plan.loss.value - best > resolution]
    unknown = [plan for plan in plans if plan.loss is None]
    return [
        *_by_rate(tied, lambda plan: rate(plan, requirements), requirements, _loss),
        *sorted(rest, key=lambda plan: (_loss(plan), -rate(plan, requirements), _size(plan), _names(plan))),
        *_by_rate(unknown, lambda plan: rate(plan, requirements), requirements, _size),
    ]


def _rate_per_device(plan: Judged) -> float:
    figure, placement = plan.outcome.throughput_tokens_per_s, plan.outcome.placement
    return figure.value / max(placement.n_gpus, 1) if figure and placement else 0.0


def _size(plan: Judged) -> float:
    return plan.outcome.file_size_bytes.value


def _loss(plan: Judged) -> float:
    return plan.loss.value if plan.loss else float("inf")


def _names(plan: Judged) -> tuple[str, str]:
    return plan.candidate.scheme.name, plan.candidate.engine
