"""`advisor predict --batch`: one case a line in, one answer a line out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import Basis, ErrorCode
from advisor.documents.model import ModelProfile
from advisor.documents.quantities import Amount, Bounds, Bytes, Name

Tokens = Annotated[int, Bounds(0, 10**8)]
"""Beyond any model there is; a larger number is a slip, and would only cost time and memory."""
Requests = Annotated[int, Bounds(1, 10**6)]
Devices = Annotated[int, Bounds(1, 4096)]
Layers = Annotated[int, Bounds(0, 100_000)]
Threads = Annotated[int, Bounds(1, 65_536)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What each request brings."""

    prompt_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    context_tokens: Tokens | None = None
    """Room for each request; None = what prompt, answer and depth take."""
    concurrency: Requests | Literal["max"] | None = None
    """max: as many as memory holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MainMemory:
    """Main memory as its modules state it."""

    kind: Name | None = None
    """DDR4, DDR5, LPDDR5X …"""
    rate_mt_per_s: Annotated[float, Bounds(1.0, 1e6)] | None = None
    """Transfers per second in millions, as modules are named after: 6000 of DDR5-6000."""
    channels: Annotated[int, Bounds(1, 1024)] | None = None
    """Of 64 bits each."""
    total_bytes: Bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCase:
    """One case. Everything but model and scheme has a default."""

    id: Any = None
    """Given back with the answer."""
    hardware: Name | HardwareProfile | None = None
    """Without a machine there are sizes and accuracy, but no speed."""
    n_devices: Devices | None = None
    memory: MainMemory | None = None
    bandwidth: Name | Amount | None = None
    """Of each GPU, else of main memory: '1008GB/s', or bytes per second."""
    backend: Name | None = None
    engine: Name | None = None
    model: Name | ModelProfile | None = None
    scheme: Name | None = None
    imatrix: bool | None = None
    kv_type: Name | None = None
    kv_bits: Amount | None = None
    """Instead of kv_type: 16, 8, 5 or 4."""
    gpu_layers: Layers | None = None
    """`-ngl`; None = what fits best."""
    n_cpu_moe: Layers | None = None
    """`--n-cpu-moe`: layers whose experts stay in main memory."""
    threads: Threads | None = None
    """On the CPU; None = every usable core."""
    ubatch: Annotated[int, Bounds(1, 10**6)] | None = None
    """Micro batch of a prompt in tokens (`-ub`)."""
    flash_attn: bool | Annotated[int, Bounds(0, 1)] | None = None
    """None = the engine's default."""
    depth: Tokens | None = None
    """Tokens in the cache before the prompt (llama-bench's `-d`)."""
    task: Name | None = None
    workload: Workload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value with its interval."""

    value: float
    low: float
    high: float
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAnswer:
    """The figures of one case; None where nothing was measured or no machine was given."""

    id: Any
    fits: bool | None
    """Whether memory holds it with the usual reserve; None without a machine of known memory. The speed is
    that of the run either way: who asks may have made it fit."""
    supported: bool | None
    """Whether the engine runs the scheme on this machine; None without a machine."""
    weights_bytes: Figure | None
    file_size_bytes: Figure | None
    memory_bytes: Figure | None
    decode_tokens_per_s: Figure | None
    prefill_tokens_per_s: Figure | None
    time_to_first_token_s: Figure | None
    request_latency_s: Figure | None
    concurrency: Figure | None
    throughput_tokens_per_s: Figure | None
    requests_per_s: Figure | None
    retained_accuracy_pct: Figure | None
    perplexity_ratio: Figure | None
    kl_divergence: Figure | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What went wrong, in a word for programs and a line for people."""

    code: ErrorCode
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchError:
    """The answer to a case that cannot be answered."""

    id: Any
    error: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDocument:
    """What every command prints under `--json` when it fails; the probe's failure included."""

    schema_version: str = "1.0"
    status: Literal["error"] = "error"
    error: Fault
