"""Which feasible plan is best."""

from __future__ import annotations

from collections.abc import Callable

from advisor.documents.kinds import BASES
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load
from advisor.recommendation.evaluate import VISIBLE_LOSS_PCT
from advisor.recommendation.front import rate, unbeaten_first
from advisor.recommendation.judge import Judged
from advisor.recommendation.making import making
from advisor.recommendation.reading import PATIENCE_S, READING_TOKENS_PER_S

HEAVY_LOSS_PCT = 5.0
"""One right answer in twenty is gone: five times the usual target of MLPerf Inference. A judgement,
and only a matter of words: no plan is ruled out by it."""


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

    A plan comes behind every plan that beats it in loss, speed and size at once. A scheme that its
    engine runs with limits, or that nobody but its publisher can make, comes after every other: the
    speeds behind the fit were measured with proper kernels. So does Vulkan on one card of a machine whose
    cards have several makers: it is there to join them.
    """
    proper = [plan for plan in plans if not (plan.candidate.limited or _joins_nothing(plan))]
    limited = [plan for plan in plans if plan.candidate.limited or _joins_nothing(plan)]
    return [
        *unbeaten_first(_ranked(proper, requirements), requirements),
        *unbeaten_first(_ranked(limited, requirements), requirements),
    ]


def _joins_nothing(plan: Judged) -> bool:
    placement, gpus = plan.outcome.placement, plan.case.hardware.gpus
    mixed = len({gpu.vendor for gpu in gpus if not gpu.unified_memory}) > 1
    return plan.case.backend == "vulkan" and mixed and placement is not None and placement.n_gpus <= 1


def tied(plans: list[Judged]) -> list[Judged]:
    """The plans whose expected loss no benchmark could tell from the least of them."""
    resolution = load("decision")["benchmark_resolution_pct"]
    known = [plan for plan in plans if plan.loss is not None]
    least = min(map(_loss, known), default=0.0)
    return [plan for plan in known if _loss(plan) - least <= resolution]


def _ranked(plans: list[Judged], requirements: Requirements) -> list[Judged]:
    objective = objective_of(requirements)

    def speed(plan: Judged) -> float:
        return rate(plan, requirements)

    if objective == "accuracy":
        late = [plan for plan in plans if waits_beside_an_idle_gpu(plan)]
        prompt = [plan for plan in plans if not waits_beside_an_idle_gpu(plan)]
        if not any(_loss(plan) < HEAVY_LOSS_PCT for plan in prompt):
            prompt, late = plans, []
        parts = [part for group in (prompt, late) for part in by_reading(group, requirements)]
        return [plan for part in parts for plan in _by_accuracy(part, speed)]
    if objective == "speed":
        return _by_rate(plans, speed, _size)
    if objective == "serve-cost":
        return _by_rate(plans, _rate_per_device, _size)
    if objective == "size":
        return sorted(plans, key=lambda plan: (_size(plan), _loss(plan), -speed(plan), _names(plan)))
    return sorted(
        plans,
        key=lambda plan: (making(plan.case).rank, _loss(plan), -speed(plan), _names(plan)),
    )


def waits_beside_an_idle_gpu(plan: Judged) -> bool:
    """Whether prompts are read by the processor, for longer than anybody waits, while a GPU does nothing.

    An integrated GPU decodes hardly faster than its processor, which reads the same memory, and reads
    prompts many times faster: a little more accuracy is not worth leaving it idle.
    """
    placement, first = plan.outcome.placement, plan.outcome.time_to_first_token_s
    idle = placement is not None and placement.kind == "cpu" and bool(plan.case.hardware.gpus)
    return idle and first is not None and first.value > PATIENCE_S


def by_reading(plans: list[Judged], requirements: Requirements) -> tuple[list[Judged], list[Judged]]:
    """(*plans* that nobody reading along waits for, the slower ones), where one of the first loses nothing
    visible and nobody said what is wanted instead; else all of them, and none."""
    if not reads_along(requirements):
        return plans, []
    slow = [plan for plan in plans if is_slow(plan)]
    quick = [plan for plan in plans if not is_slow(plan)]
    return (quick, slow) if any(_loss(plan) < VISIBLE_LOSS_PCT for plan in quick) else (plans, [])


def reads_along(requirements: Requirements) -> bool:
    """Whether somebody is taken to read along: neither an objective nor a speed is stated."""
    return requirements.objective is None and requirements.min_decode_tokens_per_s is None


def is_slow(plan: Judged) -> bool:
    """Whether whoever reads along waits; not where the speed is unknown."""
    decode = plan.outcome.decode_tokens_per_s
    return decode is not None and decode.value < READING_TOKENS_PER_S


def _by_rate(
    plans: list[Judged], speed: Callable[[Judged], float], second: Callable[[Judged], float]
) -> list[Judged]:
    """Fastest first; speeds closer than two people measuring one configuration tie.

    *second* decides between equally fast plans that cost the same to make. A plan whose speed nobody measured
    comes behind all others.
    """
    spread = load("decision")["speed_resolution"]
    left = sorted((plan for plan in plans if speed(plan) > 0), key=lambda plan: (-speed(plan), _names(plan)))
    order: list[Judged] = []
    while left:
        floor = speed(left[0]) / (1 + spread)
        equal = [plan for plan in left if speed(plan) >= floor]
        order += _within_tie(equal, second)
        left = left[len(equal) :]
    unknown = [plan for plan in plans if not speed(plan) > 0]
    return [*order, *_unmeasured(unknown)]


def _unmeasured(plans: list[Judged]) -> list[Judged]:
    """*plans* of which nobody knows the speed: of those whose loss no benchmark could tell from the least the
    smallest, which reads the fewest bytes a token; the others by loss."""
    close = {id(plan) for plan in tied(plans)}
    return sorted(
        plans,
        key=lambda plan: (
            (0, _size(plan), _names(plan)) if id(plan) in close else (1, _loss(plan), _names(plan))
        ),
    )


def _within_tie(equal: list[Judged], second: Callable[[Judged], float]) -> list[Judged]:
    """Of equally fast plans: first those whose loss no benchmark could tell from the best of them.

    Among these a speed with measurements behind it comes first, then what can be run as it is, then a
    loss with measurements behind it (a legacy type loses as little as a K type, as far as anybody
    knows), then what is cheapest to make, then the least by *second*; the others follow by loss.
    """
    close = {id(plan) for plan in tied(equal)}

    def key(plan: Judged) -> tuple[object, ...]:
        if id(plan) not in close:
            return 1, _loss(plan), 0, 0, 0, _size(plan), 0.0, _names(plan)
        decode = plan.outcome.decode_tokens_per_s
        guessed = decode is None or decode.basis == "extrapolated"
        made = making(plan.case)
        # of weights that are there, those of the simpler recipe: anybody can make them again
        cost = plan.candidate.scheme.make_cost_rank if made.ready else made.rank
        return 0, guessed, not made.ready, _borrowed(plan), cost, second(plan), _size(plan), _names(plan)

    return sorted(equal, key=key)


def _borrowed(plan: Judged) -> tuple[bool, int]:
    """How little stands behind a loss: whether it is not measured as a whole, and how weak the bases of its
    tasks are together."""
    tasks = (plan.outcome.retained_accuracy_pct or {}).values()
    weak = sum(BASES.index(task.basis) for task in tasks if task is not None)
    return plan.loss is None or plan.loss.basis != "measured", weak


def _by_accuracy(plans: list[Judged], speed: Callable[[Judged], float]) -> list[Judged]:
    """Most accurate first; differences nobody could measure are ties, and the faster, then the smaller, wins.

    A plan ties with the best when the expected losses differ by less than one standard error of the sharpest
    benchmark in the tables; the others follow by expected loss.
    """
    best = tied(plans)
    close = set(map(id, best))
    rest = [plan for plan in plans if plan.loss is not None and id(plan) not in close]
    unknown = [plan for plan in plans if plan.loss is None]
    return [
        *_by_rate(best, speed, _loss),
        *sorted(rest, key=lambda plan: (_loss(plan), -speed(plan), _size(plan), _names(plan))),
        *_by_rate(unknown, speed, _size),
    ]


def _rate_per_device(plan: Judged) -> float:
    figure, placement = plan.outcome.throughput_tokens_per_s, plan.outcome.placement
    return figure.value / max(placement.n_gpus * placement.replicas, 1) if figure and placement else 0.0


def _size(plan: Judged) -> float:
    return plan.outcome.file_size_bytes.value


def _loss(plan: Judged) -> float:
    return plan.loss.value if plan.loss else float("inf")


def _names(plan: Judged) -> tuple[str, str]:
    return plan.candidate.scheme.name, plan.candidate.engine
