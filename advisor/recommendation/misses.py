"""The requirements a plan does not meet, each with its size and with what to ask for instead."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil, floor, log10
from typing import NamedTuple

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import RejectionKind
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.requirements import Requirements
from advisor.prediction.case import Case, Sized
from advisor.prediction.speed import speed
from advisor.prediction.weighing import weigh_case

ALL_TASKS = "the task mix"


class Miss(NamedTuple):
    """A requirement the plan does not meet."""

    kind: RejectionKind
    text: str
    shortfall: float
    """How far off, as a ratio above 1: needed / had, or had / allowed."""
    relax: str = ""
    """What to ask for instead, as an option of the command line."""
    relaxed: Callable[[Requirements], Requirements] | None = None
    """The need with that asked for instead; None where nothing can be asked for."""


def memory_misses(placement: Placement) -> list[Miss]:
    if placement.fits:
        return []
    # Memory nobody stated counts as none: the plan misses all that the known devices cannot hold.
    known = sum(device.available_bytes or 0 for device in placement.devices)
    if not known:
        return [Miss("memory", placement.binding, float("inf"))]
    tightest = max(
        (d.total_bytes / d.available_bytes for d in placement.devices if d.available_bytes), default=1.0
    )
    return [Miss("memory", placement.binding, max(tightest, placement.total_bytes / known, 1.0))]


def disk_misses(needed: float, hardware: HardwareProfile, model: ModelProfile) -> list[Miss]:
    """*needed*: bytes of the file or files."""
    free = hardware.disk_free_bytes
    there_already = model.file_path is not None and model.fixed_scheme is not None
    if free is None or there_already or needed <= free:
        return []
    text = f"the file needs {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free on disk"
    return [Miss("disk", text, needed / max(free, 1), "free disk space")]


def loss_misses(
    requirements: Requirements, uppers: dict[str, float | None], upper: float | None
) -> list[Miss]:
    limits = [(need.task, uppers[need.task], need.max_loss_pct) for need in requirements.tasks]
    if requirements.max_loss_pct is not None:
        limits.append((ALL_TASKS, upper, requirements.max_loss_pct))
    return [miss for name, bound, limit in limits if (miss := _loss_miss(name, bound, limit, requirements))]


def _with_loss(name: str, limit: float) -> Callable[[Requirements], Requirements]:
    """The need with another limit on one task, or on all of them together."""

    def relaxed(need: Requirements) -> Requirements:
        if name == ALL_TASKS:
            return replace(need, max_loss_pct=limit)
        tasks = tuple(replace(t, max_loss_pct=limit) if t.task == name else t for t in need.tasks)
        return replace(need, tasks=tasks)

    return relaxed


def unusable(
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
    value = upper if bounded and upper is not None else loss.value
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
    limit = rounded_up(upper)
    return [
        Miss("unusable", text, value / ceiling, f"--max-loss {limit}%", _with_loss(ALL_TASKS, float(limit)))
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
    allowed = rounded_up(bound)
    option = f"--max-loss {allowed}%" if name == ALL_TASKS else f"--task {name}:{allowed}%"
    return Miss(
        "loss", text, bound / limit if limit else float("inf"), option, _with_loss(name, float(allowed))
    )


def speed_misses(requirements: Requirements, case: Case, placement: Placement) -> list[Miss]:
    """One-sided: the speed exceeded with the confidence asked for, not the middle of the interval."""
    wanted, slowest = requirements.min_decode_tokens_per_s, requirements.max_ttft_s
    if wanted is None and slowest is None:
        return []
    one_sided = case._replace(confidence=max(2 * case.confidence - 1, 0.02))  # at least 51 %
    weights = weigh_case(case)
    found = speed(one_sided, Sized(weights=weights, placement=placement))
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
    reached = rounded_up(ttft.high)
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


def rounded_up(value: float) -> str:
    """Two significant digits, not below *value*, written without an exponent."""
    step = 10.0 ** (floor(log10(value)) - 1) if value > 0 else 1.0
    return f"{ceil(value / step) * step:.10g}"
