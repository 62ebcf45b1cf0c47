"""What the user needs, before any model or machine is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from advisor.documents.kinds import KvChoice, Modality, Objective
from advisor.documents.quantities import Amount, Whole

DEFAULT_ROOM_TOKENS = 8192
"""Room of a single request when no context is asked for: eight turns of a chat of the length in
profiles/tasks.json, rounded down. Our choice; `--context` replaces it."""


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
    """The whole need. Defaults: no loss, speed or TTFT limit, 90 % confidence, one request."""

    schema_version: str = "1.0"
    model: str | None = None
    tasks: tuple[TaskNeed, ...] = (TaskNeed(task="chat"),)
    max_loss_pct: Amount | None = None
    confidence_pct: Amount = 90.0
    min_decode_tokens_per_s: Amount | None = None
    """Per request."""
    max_ttft_s: Amount | None = None
    context_tokens: Whole | Literal["max"] | None = None
    """Per request. None = not asked for: room for `room_tokens`, less where only less fits, never less
    than one request's prompt and answer. "max" = as much as fits."""
    loads: tuple[Load, ...] = (Load(),)
    engines: tuple[str, ...] = ()
    """Empty = any."""
    schemes: tuple[str, ...] = ()
    """Empty = any."""
    licences: tuple[str, ...] = ()
    """Where the model is to be chosen: its licence as in profiles/models.csv, `osi` (approved by the
    Open Source Initiative) or `commercial` (not forbidden for trade). Empty = any."""
    modality: Modality | None = None
    """What it must read beside text: of models to choose from, those that do; plans keep memory for it."""
    tools: bool = False
    """Where the model is to be chosen: it must call tools."""
    since: str | None = None
    """Where the model is to be chosen: released on this date, year, or month, or later."""
    kv_type: KvChoice = "auto"
    calibration_allowed: bool = True
    objective: Objective | None = None
    """None = the fastest that meets a stated loss, else the most accurate that meets the speed."""

    @property
    def images(self) -> bool:
        """Whether images are read, so that the projector is part of the plan."""
        return (self.modality or "text") != "text"

    @property
    def request_tokens(self) -> int:
        """Prompt and answer of the longest request."""
        return max(load.prompt_tokens + load.output_tokens for load in self.loads)

    @property
    def room_tokens(self) -> int:
        """Tokens to keep for each request: the context asked for, else what its own prompt and answer take; a
        single request gets DEFAULT_ROOM_TOKENS, because a conversation grows."""
        if isinstance(self.context_tokens, int):
            return self.context_tokens
        return max(self.request_tokens, DEFAULT_ROOM_TOKENS if self.concurrency == 1 else 0)

    @property
    def concurrency(self) -> int:
        """The highest number of requests at once, which memory must hold."""
        return max(load.concurrency for load in self.loads)
