"""The answer: what is recommended, what else would do, what was rejected and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.documents.deployment import Deployment
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import Backend, KvType, RejectionKind, Status
from advisor.documents.outcome import Estimate, Outcome
from advisor.documents.requirements import Requirements

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedScore:
    """A published unquantized score times the accuracy kept."""

    benchmark: str
    setting: str
    published: float
    expected: Estimate
    reported_by: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """One way to win accuracy back, with a measured gain."""

    name: str
    gain: str
    cost: str
    source_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFile:
    """What must be downloaded or made, against the free disk."""

    name: str
    size_bytes: int
    publisher: str | None = None
    """Who published the file whose own bytes these are; None where the size is computed."""
    disk_free_bytes: int | None = None
    fits_disk: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One scheme on one engine, placed: with everything predicted of it."""

    model: str
    licence: str | None = None
    """The model's, as in profiles/models.csv; None when nobody stated it."""
    released: str | None = None
    """When the model came out, ISO date."""
    quality_pct: float | None = None
    """Share of the tasks it is expected to solve, after its loss, on a scale common to all sources of
    published scores; None when none was published."""
    scheme: str
    engine: str
    backend: Backend
    imatrix: bool | None
    kv_type: KvType
    context_tokens: int
    """Per request."""
    concurrency: int
    max_context_tokens: int | None = None
    """The largest context per request that fits, and that the model reads; None when nobody can tell."""
    full_context_ttft_s: Estimate | None = None
    """Time to the first token when the prompt fills the context."""
    predicted: Outcome
    loss_pct: Estimate | None
    """Expected loss on the mixture of tasks asked for; None when no measurement leads to it."""
    loss_upper_pct: float | None
    """One-sided upper bound of that loss at the confidence asked for."""
    task_loss_upper_pct: dict[str, float | None] = field(default_factory=dict, hash=False)
    """The same bound for each task asked for."""
    file: ExpectedFile
    make_cost: str = ""
    deployment: Deployment | None = None
    """Words, environment, files, repository, port and resources; the commands below are made from it."""
    run_command: str = ""
    make_command: str = ""
    why: tuple[str, ...] = ()
    expected_scores: tuple[ExpectedScore, ...] = ()
    score_note: str = ""
    recovery: tuple[Recovery, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A plan that was looked at and why it is not recommended."""

    model: str
    scheme: str
    engine: str | None
    reason: str
    kind: RejectionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestMiss:
    """The plan that comes closest when nothing fits, and by how much it misses."""

    plan: Plan
    misses: tuple[str, ...]
    change: str
    """What to relax to make it fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The whole answer; the same document from the TUI, the command line and the library."""

    schema_version: str = SCHEMA_VERSION
    status: Status
    hardware: HardwareProfile
    requirements: Requirements
    recommendation: Plan | None
    alternatives: tuple[Plan, ...] = ()
    """Runners-up; without a model asked for, the next best models."""
    better_models: tuple[Plan, ...] = ()
    """Where the model asked for does not fit or loses heavily: models of better published scores that do."""
    rejected: tuple[Rejection, ...] = ()
    nearest_miss: NearestMiss | None = None
    what_would_change: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
