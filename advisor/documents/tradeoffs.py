"""`advisor tradeoffs`: every scheme and engine side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import Backend, Calibration, KvType, PlacementKind, RejectionKind
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One scheme on one engine."""

    scheme: str
    family: str
    level: str | None
    engine: str | None
    backend: Backend | None
    recommended: bool
    """The plan that `recommend` gives for the same need."""
    feasible: bool
    reason: str
    """Why not, when it is not feasible."""
    reason_kind: RejectionKind | Literal[""]
    """The same in a word: memory, loss, speed, unsupported … (`Rejection.kind`)."""
    pareto: bool
    """No feasible plan is at once smaller, faster and more accurate."""
    imatrix: bool | None
    kv_type: KvType | None
    weight_bits: float
    group_size: int | None
    calibration: Calibration
    bpw: Estimate | None
    file_size_bytes: Estimate | None
    memory_bytes: Estimate | None
    placement: PlacementKind | None
    decode_tokens_per_s: Estimate | None
    ms_per_token: Estimate | None
    prefill_tokens_per_s: Estimate | None
    time_to_first_token_s: Estimate | None
    throughput_tokens_per_s: Estimate | None
    loss_pct: dict[str, Estimate | None]
    """By task asked for and 'mix' for all of them together."""
    perplexity_ratio: Estimate | None
    kl_divergence: Estimate | None
    make_cost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All rows, with what they were asked for."""

    schema_version: str = "1.0"
    hardware: HardwareProfile
    requirements: Requirements
    model: str
    rows: tuple[Row, ...]
