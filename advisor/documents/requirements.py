"""What the user needs, before any model or machine is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.documents.kinds import KvChoice, Objective
from advisor.documents.quantities import Amount, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNeed:
    """One use and the loss it may cost."""

    task: str
    """A name of profiles/tasks.json (chat, code, math, rag …) or a task category."""
    weight: Amount = 1.0
    max_loss_pct: Amount | None = None
    """Percent of the unquantized score; None = no limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One traffic pattern; several with weights make a mixed load."""

    prompt_tokens: Whole = 1024
    output_tokens: Whole = 256
    concurrency: Whole = 1
    weight: Amount = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """The whole need. Defaults: no loss, speed or TTFT limit, 90 % confidence, 8192 tokens, one request."""

    schema_version: str = "1.0"
    model: str | None = None
    tasks: tuple[TaskNeed, ...] = (TaskNeed(task="chat"),)
    max_loss_pct: Amount | None = None
    confidence_pct: Amount = 90.0
    min_decode_tokens_per_s: Amount | None = None
    """Per request."""
    max_ttft_s: Amount | None = None
    context_tokens: Whole = 8192
    """Per request; the KV cache holds context x concurrency."""
    loads: tuple[Load, ...] = (Load(),)
    engines: tuple[str, ...] = ()
    """Empty = any."""
    schemes: tuple[str, ...] = ()
    """Empty = any."""
    kv_type: KvChoice = "auto"
    calibration_allowed: bool = True
    objective: Objective | None = None
    """None = the fastest that meets a stated loss, else the most accurate that meets the speed."""

    @property
    def concurrency(self) -> int:
        """The highest number of requests at once, which memory must hold."""
        return max(load.concurrency for load in self.loads)
