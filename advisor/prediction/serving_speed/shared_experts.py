"""Data-parallel attention: every GPU steps through its own requests and shares the experts with the others.

No row measured so names its plan, so the step of tensor parallelism is carried over with what differs: each
GPU reads all matrices but the experts, the caches are divided by requests, and a prompt is read by one GPU.
The exchange is taken to cost as much as tensor parallelism's.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from advisor.documents.kinds import weakest
from advisor.prediction.figures import FIGURES, Speed
from advisor.prediction.serving_speed.step import Work, prompt_s

_UNMEASURED = "no measurement of data-parallel attention is among the rows: tensor parallelism's carried over"


def each_its_requests(step: Work, gpus: int) -> Work:
    """The step of all *gpus* together: everything but the experts is read as often as there are GPUs, the
    cache once."""
    return replace(
        step,
        n=gpus,
        body_bytes=step.body_bytes * gpus,
        head_bytes=step.head_bytes * gpus,
        cache_split=gpus,
    )


def one_reads(found: SimpleNamespace, prompt_tokens: float, step: Work, c: Any) -> SimpleNamespace:
    """*found* with the prompt's attention and dense matrices multiplied by one GPU instead of all."""
    alone = replace(
        step, body_params=step.body_params * step.n, attention_width=step.attention_width * step.n
    )
    longer_s = prompt_s(prompt_tokens, alone, c) - prompt_s(prompt_tokens, step, c)
    changed = {name: getattr(found, name) + longer_s for name in ("ttft_s", "service_s", "prompt_s")}
    return SimpleNamespace(**{**vars(found), **changed})


def unmeasured(speed: Speed) -> Speed:
    """*speed* as the extrapolation it is."""
    found = {name: getattr(speed, name) for name in FIGURES}
    changed: dict[str, Any] = {
        name: replace(
            figure,
            basis=weakest(figure.basis, "extrapolated"),
            evidence=(*figure.evidence, _UNMEASURED),
        )
        for name, figure in found.items()
        if figure is not None
    }
    return speed._replace(**changed)
