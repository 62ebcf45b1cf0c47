"""Why this plan and not another, in sentences that are true of it."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.documents.outcome import HOST_DEVICE, Estimate, Placement
from advisor.documents.requirements import Requirements
from advisor.prediction.artifacts import load
from advisor.recommendation.evaluate import VISIBLE_LOSS_PCT
from advisor.recommendation.front import rate
from advisor.recommendation.judge import Judged
from advisor.recommendation.rank import (
    HEAVY_LOSS_PCT,
    by_reading,
    is_slow,
    objective_of,
    tied,
    waits_beside_an_idle_gpu,
)
from advisor.recommendation.reading import READING_TOKENS_PER_S

_OBJECTIVES = {
    "size": "is the smallest plan that meets the need",
    "make-cost": "is the cheapest to produce that meets the need",
    "serve-cost": "gives the most tokens per second and device of the plans that meet the need",
}

_WORTH_SAYING_BYTES = 2**30 // 20
"""Less shows as 0.0 GiB."""


def reasons(plan: Judged, requirements: Requirements, order: Sequence[Judged]) -> tuple[str, ...]:
    """Why *plan*, the first of the feasible plans in *order*."""
    name = f"{plan.case.scheme.name} on {plan.case.engine}"
    aside: list[Judged] = []
    if objective_of(requirements) == "accuracy" and not waits_beside_an_idle_gpu(plan):
        aside = [other for other in order if waits_beside_an_idle_gpu(other)]
        order = [other for other in order if not waits_beside_an_idle_gpu(other)]
    slow: list[Judged] = []
    if objective_of(requirements) == "accuracy" and not is_slow(plan):
        order, slow = by_reading(list(order), requirements)
    lines = [f"{name} {_claim(plan, requirements, list(order))}."]
    if plan.loss is not None:
        lines.append(_loss_line(plan, plan.loss, requirements))
    lines.append(_finer(plan, requirements, order))
    lines += [_aside(aside), _slow(slow, plan)]
    placement = plan.outcome.placement
    if placement is not None:
        lines.append(f"It takes {_held(placement)} ({placement.binding or placement.kind}).")
        if table := placement.lookup_bytes:
            lines.append(
                f"Its n-gram table of {table / 2**30:.1f} GiB is read a few rows a token: what main memory "
                "has no room for stays on disk."
            )
    return tuple(line for line in lines if line)


def _held(placement: Placement) -> str:
    """The memory of a plan as expected, and how much of it is the host's where a GPU has the rest."""
    held = f"{(placement.total_bytes - placement.lookup_bytes) / 2**30:.1f} GiB"
    host = sum(device.total_bytes for device in placement.devices if device.device == HOST_DEVICE)
    if not placement.n_gpus or host < _WORTH_SAYING_BYTES:
        return held
    return f"{held}, {host / 2**30:.1f} of it in main memory"


def _aside(late: Sequence[Judged]) -> str:
    """What was passed over because it reads prompts on the processor while the GPU is idle."""
    waits = [plan.outcome.time_to_first_token_s.value for plan in late if plan.outcome.time_to_first_token_s]
    if not waits:
        return ""
    return (
        f"Plans on the processor were passed over: they leave the GPU idle, and the first token takes "
        f"{min(waits):.0f} s or more."
    )


def _slow(slow: Sequence[Judged], plan: Judged) -> str:
    """What was passed over because whoever reads along would wait for it: the most accurate of those."""
    losing = [other for other in slow if other.loss is not None]
    best = min(losing, key=lambda other: other.loss.value if other.loss else 0.0, default=None)
    if best is None or best.loss is None or plan.loss is None:
        return ""
    if plan.loss.value - best.loss.value <= load("decision")["benchmark_resolution_pct"]:
        return ""
    decode = best.outcome.decode_tokens_per_s
    return (
        f"Plans below reading speed ({READING_TOKENS_PER_S:.2g} tokens/s) were passed over: "
        f"{best.case.scheme.name} on {best.case.engine} would lose {best.loss.value:.1f} % at "
        f"{decode.value if decode else 0.0:.2g} tokens/s; --objective accuracy takes it."
    )


def _claim(plan: Judged, requirements: Requirements, order: list[Judged]) -> str:
    objective = objective_of(requirements)
    if objective in _OBJECTIVES:
        return _OBJECTIVES[objective]
    if objective == "speed":
        return f"meets the need{_fastest(plan, order, requirements, 'and is ')}"
    if plan.loss is None:
        return "meets the need; nobody measured how accurate the plans that do are"
    close = tied(order)
    if plan.loss.value <= load("decision")["benchmark_resolution_pct"]:
        claim = "loses so little that no benchmark could tell it from the unquantized model"
    elif len(close) > 1:
        claim = "is among the plans that lose least of those that meet the need"
    else:
        return "loses least of the plans that meet the need"
    return claim + _fastest(plan, close, requirements, "; of the plans of which that is true it is ")


def _fastest(plan: Judged, order: list[Judged], requirements: Requirements, lead: str) -> str:
    """How *plan* stands among *order* in speed; '' where nothing is known or it is not ahead."""
    mine, best = rate(plan, requirements), max((rate(other, requirements) for other in order), default=0.0)
    if lead.startswith(";") and len(order) > 1 and not best:
        return f"{lead}the smallest: no speed is known here"
    if len(order) < 2 or not mine:
        return "" if lead.startswith(";") else ", and nobody measured how fast" * (not mine)
    lead = lead if lead.startswith(";") else f" {lead}"
    if mine >= best:
        return f"{lead}the fastest"
    if mine * (1 + load("decision")["speed_resolution"]) >= best:
        return f"{lead}as fast as the fastest, within what two people measure"
    return ""


def _loss_line(plan: Judged, loss: Estimate, requirements: Requirements) -> str:
    tasks = " and ".join(need.task for need in requirements.tasks)
    line = f"Expected loss on {tasks}: {loss.value:.1f} % ({loss.low:.1f} to {loss.high:.1f}, {loss.basis})"
    if plan.loss_upper is not None and requirements.max_loss_pct is not None:
        line += (
            f", at most {plan.loss_upper:.1f} % at {requirements.confidence_pct:g} % confidence "
            f"(limit {requirements.max_loss_pct:g} %)"
        )
    if loss.value < VISIBLE_LOSS_PCT:
        return line + "."
    share = f"about one right answer in {100 / loss.value:.0f} is lost"
    heavy = "; this is a heavy loss" if loss.value >= HEAVY_LOSS_PCT else ""
    return f"{line}: {share}{heavy}."


def _finer(plan: Judged, requirements: Requirements, order: Sequence[Judged]) -> str:
    """Why not a plan that loses less: the fastest of those."""
    if plan.loss is None:
        return ""
    value = plan.loss.value
    finer = [
        other for other in order if other.loss and other.loss.value < value and not other.candidate.limited
    ]
    finest = max(finer, key=lambda other: rate(other, requirements), default=None)
    if finest is None or finest.loss is None:
        return ""
    less = plan.loss.value - finest.loss.value
    unseen = less <= load("decision")["benchmark_resolution_pct"]
    mine, its = rate(plan, requirements), rate(finest, requirements)
    price = [f"{its:.3g} instead of {mine:.3g} tokens/s"] if mine and its and its < mine else []
    sizes = [round(other.outcome.file_size_bytes.value / 1e9, 1) for other in (finest, plan)]
    if sizes[0] > sizes[1]:
        price.append(f"{sizes[0]:.1f} instead of {sizes[1]:.1f} GB")
    if not price:
        return ""
    what = "which no benchmark could tell" if unseen else f"{finest.loss.value:.1f} %"
    return (
        f"{finest.case.scheme.name} on {finest.case.engine} would lose {less:.2g} points less, {what}, for "
        f"{' and '.join(price)}."
    )
