"""Is a plan good enough? Every unmet requirement with its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor, log10

from advisor.catalog.tasks import task_mix
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import BASES
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Outcome, Placement
from advisor.documents.requirements import Requirements, TaskNeed
from advisor.prediction.case import Case
from advisor.prediction.outcome import place_case, predict
from advisor.prediction.speed import speed
from advisor.recommendation.candidates import Candidate
from advisor.sizing.weights import weigh

_ALL_TASKS = "the task mix"
_SPILLS = ("split", "experts-on-cpu", "cpu")
"""Placements that read weights from main memory."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A requirement the plan does not meet."""

    kind: str
    text: str
    shortfall: float
    """How far off, as a ratio above 1: needed / had, or had / allowed."""
    relax: str = ""
    """What to ask for instead, as an option of the command line."""
    relaxed: Callable[[Requirements], Requirements] | None = None
    """The need with that asked for instead; None where nothing can be asked for."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its figures and what it misses."""

    candidate: Candidate
    case: Case
    outcome: Outcome
    loss: Estimate | None
    loss_upper: float | None
    task_loss_upper: dict[str, float | None]
    misses: tuple[Miss, ...]

    @property
    def feasible(self) -> bool:
        """Whether every requirement is met."""
        return not self.misses


def judge(
    candidate: Candidate,
    requirements: Requirements,
    hardware: HardwareProfile,
    model: ModelProfile,
    unusable_loss_pct: float | None,
) -> Judged:
    """All figures of *candidate* and every requirement it misses.

    Of the KV cache types allowed the preferred one is judged, and the others only when it misses something.
    """
    first = None
    for case, placement in _by_preference(candidate, requirements, hardware, model):
        judged = _judged(candidate, requirements, case, placement, unusable_loss_pct)
        if judged.feasible:
            return judged
        first = first or judged
    return first


def _by_preference(
    candidate: Candidate, requirements: Requirements, hardware: HardwareProfile, model: ModelProfile
) -> list[tuple[Case, Placement]]:
    """Cases by KV type: what keeps the whole model on the accelerator, then what fits, then the rest."""
    categories = tuple(dict.fromkeys(name for need in requirements.tasks for name in task_mix(need.task)))
    weights = weigh(model, candidate.scheme, candidate.imatrix)
    whole, fitting, rest = [], [], []
    for kv_type in candidate.kv_types:
        case = Case(
            hardware=hardware,
            model=model,
            scheme=candidate.scheme,
            engine=candidate.engine,
            backend=candidate.backend,
            imatrix=candidate.imatrix,
            kv_type=kv_type,
            context_tokens=requirements.context_tokens,
            loads=requirements.loads,
            categories=categories,
            confidence=requirements.confidence_pct / 100,
        )
        placement = place_case(case, weights)
        if not placement.fits:
            rest.append((case, placement))
        elif placement.kind not in _SPILLS or not hardware.gpus or candidate.backend == "cpu":
            whole.append((case, placement))
            break
        else:
            fitting.append((case, placement))
    found = [*whole, *fitting]
    return found or rest[:1]


def _judged(
    candidate: Candidate,
    requirements: Requirements,
    case: Case,
    placement: Placement,
    unusable_loss_pct: float | None,
) -> Judged:
    outcome = predict(case, placement=placement)
    mixes = {need.task: task_mix(need.task) for need in requirements.tasks}
    loss = _mixed_loss(requirements.tasks, mixes, outcome)
    uppers = {need.task: _upper(mixes[need.task], outcome) for need in requirements.tasks}
    total = sum(need.weight for need in requirements.tasks)
    upper = None
    if all(value is not None for value in uppers.values()):
        upper = sum(need.weight * uppers[need.task] for need in requirements.tasks) / total
    misses = [
        *_memory_misses(outcome),
        *_disk_misses(outcome, case.hardware, case.model),
        *_loss_misses(requirements, uppers, upper, loss),
        *_unusable(requirements, upper, loss, unusable_loss_pct),
    ]
    if placement.fits:
        misses += _speed_misses(requirements, case, outcome)
    return Judged(candidate, case, outcome, loss, upper, uppers, tuple(misses))


def _mixed_loss(
    needs: tuple[TaskNeed, ...], mixes: dict[str, dict[str, float]], outcome: Outcome
) -> Estimate | None:
    """Expected loss over the mixture of tasks, in percent; ends add up as if wholly correlated."""
    parts = [
        (need.weight * weight / sum(mixes[need.task].values()), outcome.retained_accuracy_pct.get(category))
        for need in needs
        for category, weight in mixes[need.task].items()
    ]
    known = [(weight, kept) for weight, kept in parts if kept is not None]
    if not known:
        return None
    total = sum(weight for weight, _ in known)
    value, low, high = (
        sum(weight * (100 - getattr(kept, end)) for weight, kept in known) / total
        for end in ("value", "high", "low")
    )
    basis = max((kept.basis for _, kept in known), key=BASES.index)
    if len(known) < len(parts):
        basis = "extrapolated"
    evidence = tuple(dict.fromkeys(line for _, kept in known for line in kept.evidence))
    return Estimate(value=value, low=low, high=high, basis=basis, evidence=evidence[:6])


def _upper(mix: dict[str, float], outcome: Outcome) -> float | None:
    """One-sided upper bound of a task's loss; None when any of its categories was never measured."""
    if any(category not in outcome.loss_upper_pct for category in mix):
        return None
    return sum(weight * outcome.loss_upper_pct[category] for category, weight in mix.items()) / sum(
        mix.values()
    )


def _memory_misses(outcome: Outcome) -> list[Miss]:
    placement = outcome.placement
    if placement is None or placement.fits:
        return []
    # Memory nobody stated counts as none: the plan misses all that the known devices cannot hold.
    known = sum(device.available_bytes or 0 for device in placement.devices)
    if not known:
        return [Miss("memory", placement.binding, float("inf"))]
    tightest = max(
        (d.total_bytes / d.available_bytes for d in placement.devices if d.available_bytes), default=1.0
    )
    return [Miss("memory", placement.binding, max(tightest, placement.total_bytes / known, 1.0))]


def _disk_misses(outcome: Outcome, hardware: HardwareProfile, model: ModelProfile) -> list[Miss]:
    free = hardware.disk_free_bytes
    needed = outcome.file_size_bytes.value
    there_already = model.file_path is not None and model.fixed_scheme is not None
    if free is None or there_already or needed <= free:
        return []
    text = f"the file needs {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free on disk"
    return [Miss("disk", text, needed / max(free, 1), "free disk space")]


def _loss_misses(
    requirements: Requirements, uppers: dict[str, float | None], upper: float | None, loss: Estimate | None
) -> list[Miss]:
    limits = [(need.task, uppers[need.task], need.max_loss_pct) for need in requirements.tasks]
    if requirements.max_loss_pct is not None:
        limits.append((_ALL_TASKS, upper, requirements.max_loss_pct))
    return [miss for name, bound, limit in limits if (miss := _loss_miss(name, bound, limit, requirements))]


def _with_loss(name: str, limit: float) -> Callable[[Requirements], Requirements]:
    """The need with another limit on one task, or on all of them together."""

    def relaxed(need: Requirements) -> Requirements:
        if name == _ALL_TASKS:
            return replace(need, max_loss_pct=limit)
        tasks = tuple(replace(t, max_loss_pct=limit) if t.task == name else t for t in need.tasks)
        return replace(need, tasks=tasks)

    return relaxed


def _unusable(
    requirements: Requirements, upper: float | None, loss: Estimate | None, ceiling: float | None
) -> list[Miss]:
    """A loss so large that the next smaller model would have been the better choice.

    It counts only where no limit was stated. For accuracy the expected loss is compared, since every better
    plan ranks first anyway; for any other objective the bound at the confidence asked for, since a worse plan
    may win.
    """
    stated = requirements.max_loss_pct is not None or any(
        need.max_loss_pct is not None for need in requirements.tasks
    )
    if stated or ceiling is None or loss is None:
        return []
    bounded = requirements.objective not in (None, "accuracy") and upper is not None
    value = upper if bounded else loss.value
    if value <= ceiling:
        return []
    what = (
        f"it may lose {value:.1f} % at {requirements.confidence_pct:g} % confidence"
        if bounded
        else f"expected loss {value:.1f} %"
    )
    text = (
        f"{what}: more than the next smaller model of a family gives up "
        f"({ceiling:.1f} %, median of published scores)"
    )
    if upper is None:
        return [Miss("unusable", text, value / ceiling)]
    limit = _rounded_up(upper)
    return [
        Miss("unusable", text, value / ceiling, f"--max-loss {limit}%", _with_loss(_ALL_TASKS, float(limit)))
    ]


def _loss_miss(
    name: str, bound: float | None, limit: float | None, requirements: Requirements
) -> Miss | None:
    if limit is None:
        return None
    if bound is None:
        return Miss("not-measured", f"no measurement leads to the loss on {name}", float("inf"))
    if bound <= limit:
        return None
    text = (
        f"{name} may lose up to {bound:.1f} % at {requirements.confidence_pct:g} % confidence "
        f"(limit {limit:g} %)"
    )
    allowed = _rounded_up(bound)
    option = f"--max-loss {allowed}%" if name == _ALL_TASKS else f"--task {name}:{allowed}%"
    return Miss(
        "loss", text, bound / limit if limit else float("inf"), option, _with_loss(name, float(allowed))
    )


def _speed_misses(requirements: Requirements, case: Case, outcome: Outcome) -> list[Miss]:
    """One-sided: the speed exceeded with the confidence asked for, not the middle of the interval."""
    wanted, slowest = requirements.min_decode_tokens_per_s, requirements.max_ttft_s
    if wanted is None and slowest is None:
        return []
    one_sided = replace(case, confidence=max(2 * case.confidence - 1, 0.02))
    found = speed(one_sided, weigh(case.model, case.scheme, case.imatrix), outcome.placement)
    misses = []
    decode, ttft = found.decode_tokens_per_s, found.time_to_first_token_s
    if wanted is not None and (decode is None or decode.low < wanted):
        misses.append(_too_slow(decode, wanted, requirements))
    if slowest is not None and (ttft is None or ttft.high > slowest):
        misses.append(_too_late(ttft, slowest, requirements))
    return misses


def _too_slow(decode: Estimate | None, wanted: float, requirements: Requirements) -> Miss:
    if decode is None:
        return Miss("not-measured", "no measurement leads to its decode speed", float("inf"))
    text = (
        f"decode may be as slow as {decode.low:.3g} tokens/s at {requirements.confidence_pct:g} % confidence "
        f"(asked {wanted:g}, expected {decode.value:.3g})"
    )
    reached = _rounded_down(decode.low)
    return Miss(
        "speed",
        text,
        wanted / max(decode.low, 1e-9),
        f"--min-speed {reached}",
        lambda need: replace(need, min_decode_tokens_per_s=float(reached)),
    )


def _too_late(ttft: Estimate | None, slowest: float, requirements: Requirements) -> Miss:
    if ttft is None:
        return Miss("not-measured", "no measurement leads to its time to first token", float("inf"))
    text = (
        f"the first token may take {ttft.high:.3g} s at {requirements.confidence_pct:g} % confidence "
        f"(asked {slowest:g} s, expected {ttft.value:.3g} s)"
    )
    reached = _rounded_up(ttft.high)
    return Miss(
        "ttft",
        text,
        ttft.high / slowest,
        f"--max-ttft {reached}s",
        lambda need: replace(need, max_ttft_s=float(reached)),
    )


def _rounded_down(value: float) -> str:
    """Two significant digits, not above *value*, written without an exponent:
    a limit that this plan meets.
    """
    step = 10.0 ** (floor(log10(value)) - 1) if value > 0 else 1.0
    return f"{floor(value / step) * step:.10g}"


def _rounded_up(value: float) -> str:
    """Two significant digits, not below *value*, written without an exponent."""
    step = 10.0 ** (floor(log10(value)) - 1) if value > 0 else 1.0
    return f"{ceil(value / step) * step:.10g}"
