"""What the user needs, before any model or machine is looked at."""

from __future__ import annotations

from dataclasses import dataclass

TASK_CATEGORIES = (
    "knowledge",
    "commonsense",
    "math",
    "code",
    "instruction",
    "long-context",
    "multilingual",
    "truthfulness",
    "language-modelling",
    "average",
)
OBJECTIVES = ("accuracy", "speed", "size", "make-cost", "serve-cost")
KV_TYPES = ("auto", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl", "fp8")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNeed:
    """One use and the loss it may cost."""

    task: str
    """A name of profiles/tasks.json (chat, code, math, rag …) or a task category."""
    weight: float = 1.0
    max_loss_pct: float | None = None
    """Percent of the unquantized score; None = no limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One traffic pattern; several with weights make a mixed load."""

    prompt_tokens: int = 1024
    output_tokens: int = 256
    concurrency: int = 1
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """The whole need. Defaults: no loss, speed or TTFT limit, 90 % confidence, 8192 tokens, one request."""

    schema_version: str = "1.0"
    model: str | None = None
    tasks: tuple[TaskNeed, ...] = (TaskNeed(task="chat"),)
    max_loss_pct: float | None = None
    confidence_pct: float = 90.0
    min_decode_tokens_per_s: float | None = None
    """Per request."""
    max_ttft_s: float | None = None
    context_tokens: int = 8192
    """Per request; the KV cache holds context x concurrency."""
    loads: tuple[Load, ...] = (Load(),)
    engines: tuple[str, ...] = ()
    """Empty = any."""
    schemes: tuple[str, ...] = ()
    """Empty = any."""
    kv_type: str = "auto"
    calibration_allowed: bool = True
    objective: str | None = None
    """None = fastest among plans that meet a stated loss,
    else most accurate among plans that meet the speed.
    """

    @property
    def concurrency(self) -> int:
        """The highest number of requests at once, which memory must hold."""
        return max(load.concurrency for load in self.loads)
