"""Speed of several answers written at once by an engine made for one (llama.cpp, Ollama, MLX).

Up to SMALL_BATCH of them a step is that of one answer with more arithmetic and every answer's own KV cache;
above it the kernels of prompts serve, and a step is a micro batch of as many tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Load
from advisor.prediction.artifacts import load as load_artifact
from advisor.prediction.case import Case, Sized
from advisor.prediction.local_speed.plan import prompt_work, works
from advisor.prediction.local_speed.predict import asked_of, estimate
from advisor.prediction.local_speed.work import SMALL_BATCH, Work, phase_of, written_together


def predict_together(case: Case, load: Load, sized: Sized, sequences: int) -> Estimate | None:
    """Answer tokens per second of all *sequences* together; None where the device's speed of prompts is not
    known.

    A step of more sequences is never shorter than one of fewer: a small batch is held below the next wider
    kernel, a large one above a single answer.
    """
    fitted = load_artifact("local_speed")
    answer, _ = works(case, load, sized, fitted)

    def rate(n: int) -> Estimate | None:
        return _rate(case, sized, written_together(answer, float(n)), fitted)

    def wide(n: int) -> Estimate | None:
        return _bounded(rate(n), rate(1), n, min)

    if sequences == 1:
        return rate(1)
    if sequences > SMALL_BATCH:
        return wide(sequences)
    return _bounded(rate(sequences), wide(SMALL_BATCH + 1), sequences / (SMALL_BATCH + 1), max)


def _bounded(
    rate: Estimate | None, other: Estimate | None, share: float, bound: Callable[[float, float], float]
) -> Estimate | None:
    """Each end of *rate*, held by *bound* to *share* of the same end of *other*."""
    if rate is None or other is None:
        return rate
    ends = (bound(getattr(rate, end), share * getattr(other, end)) for end in ("value", "low", "high"))
    return Estimate.of(ends, rate.basis, rate.evidence)


def _rate(case: Case, sized: Sized, work: Work, fitted: dict[str, Any]) -> Estimate | None:
    """Tokens per second of all of *work*'s sequences, by the formula of their kernels alone."""
    if phase_of(work) == "prefill":
        gpus = case.hardware.gpus
        work = prompt_work(work, gpus[0] if gpus else None)
        return estimate("prefill", work, asked_of(case, sized, "prefill"), fitted)[0]
    steps = estimate("decode", work, asked_of(case, sized, "decode"), fitted)[0]
    if steps is None:
        return None
    ends = (work.sequences * end for end in (steps.value, steps.low, steps.high))
    return Estimate.of(ends, steps.basis, steps.evidence)
