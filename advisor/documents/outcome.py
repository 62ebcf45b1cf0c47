"""What will come of one plan: every figure with interval, basis and evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from advisor.documents.kinds import Backend, Basis, KvType, PlacementKind, TaskCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure. `low`..`high` is the 90 % interval (or the confidence asked for);
    exact figures have low = value = high.
    """

    value: float
    low: float
    high: float
    basis: Basis
    evidence: tuple[str, ...] = ()
    """Short statements: source ids, number of rows, what makes the interval wide."""

    @classmethod
    def exact(cls, value: float, *evidence: str) -> Estimate:
        """A computed figure."""
        return cls(value=value, low=value, high=value, basis="exact", evidence=evidence)

    @classmethod
    def of(cls, ends: Iterable[float], basis: Basis, evidence: tuple[str, ...] = ()) -> Estimate:
        """The figure whose value, low and high are *ends*."""
        value, low, high = ends
        return cls(value=value, low=low, high=high, basis=basis, evidence=evidence)

    def dividing(self, amount: float) -> Estimate:
        """*amount* ÷ this: a rate from a time, or a time from a rate; the interval turns round."""
        return Estimate(
            value=amount / self.value,
            low=amount / self.high,
            high=amount / self.low,
            basis=self.basis,
            evidence=self.evidence,
        )

    def to_loss(self) -> Estimate:
        """The loss in percent where this is what is retained, and the other way round."""
        return Estimate(
            value=100 - self.value,
            low=100 - self.high,
            high=100 - self.low,
            basis=self.basis,
            evidence=self.evidence,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMemory:
    """What one device must hold, in bytes."""

    device: str
    """'GPU 0: RTX 4090', 'CPU'."""
    weights_bytes: int = 0
    kv_cache_bytes: int = 0
    compute_bytes: int = 0
    overhead_bytes: int = 0
    """Context of the backend, CUDA graphs, output buffers."""
    available_bytes: int | None = None
    """What the plan may use there, desktop reserve taken off."""
    planned_bytes: int | None = None
    """Upper bound of the parts together, which must stay within `available_bytes`;
    None = the parts are exact.
    """

    @property
    def total_bytes(self) -> int:
        """The sum of the parts."""
        return self.weights_bytes + self.kv_cache_bytes + self.compute_bytes + self.overhead_bytes


HOST_DEVICE = "CPU"
"""Main memory and the processor beside it."""
LOOKUP_DEVICE = "RAM or disk (n-gram table)"
"""Where engines keep a table of which a token reads a few rows (SGLang, llama.cpp: mapped from the file)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where weights and KV cache live."""

    kind: PlacementKind
    n_gpus: int = 0
    gpu_layers: int = 0
    """`-ngl`: repeating layers on the GPU, plus one for the output."""
    n_layers: int = 0
    cpu_expert_layers: int = 0
    """`--n-cpu-moe`."""
    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    data_parallel: int = 1
    """GPUs that each hold the whole attention and the caches of their own requests (data-parallel
    attention); the experts are spread over them."""
    expert_parallel: bool = False
    """Whether experts stay whole and are spread over the GPUs."""
    replicas: int = 1
    """Equal servers, one on each node, with a share of the requests each; devices and GPUs are one's."""
    layers_per_gpu: tuple[int, ...] = ()
    """`-ts`: layers of each GPU, the output counted on the last; empty where the engine divides itself."""
    ubatch_tokens: int | None = None
    """Tokens of a prompt computed at once for which memory is planned: `-ub`, llama.cpp's own default where
    nothing else is asked (https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md); None for
    engines that plan their own memory."""
    devices: tuple[DeviceMemory, ...] = ()
    fits: bool = True
    binding: str = ""
    """What binds: which device is fullest, or by how many bytes it misses."""
    basis: Basis = "exact"
    """exact, or interpolated when shapes are unknown."""
    max_context_tokens: int | None = None
    """Largest context per request that fits at this concurrency."""
    max_concurrency: int | None = None
    """Most requests of this context that fit, in all replicas together."""

    @property
    def total_bytes(self) -> int:
        """All devices together."""
        return sum(d.total_bytes for d in self.devices)

    @property
    def lookup_bytes(self) -> int:
        """Of those, a table of n-grams that need not be in memory: each token reads a few rows of it."""
        return sum(d.total_bytes for d in self.devices if d.device == LOOKUP_DEVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All figures of one (hardware, model, scheme, engine, placement, workload)."""

    model: str
    scheme: str
    engine: str
    backend: Backend
    hardware: str
    imatrix: bool | None
    kv_type: KvType
    placement: Placement | None
    weights_bytes: Estimate
    file_size_bytes: Estimate
    bpw: Estimate
    memory_bytes: Estimate | None
    decode_tokens_per_s: Estimate | None
    """Per request, at this concurrency."""
    prefill_tokens_per_s: Estimate | None
    time_to_first_token_s: Estimate | None
    request_latency_s: Estimate | None
    concurrency: Estimate | None
    throughput_tokens_per_s: Estimate | None
    """Output tokens of all requests together."""
    requests_per_s: Estimate | None
    retained_accuracy_pct: dict[TaskCategory, Estimate | None] = field(default_factory=dict, hash=False)
    """By task category; None where no measurement leads to it."""
    loss_upper_pct: dict[TaskCategory, float] = field(default_factory=dict, hash=False)
    """By task category: the loss not exceeded at the confidence asked for (one-sided), in percent."""
    perplexity_ratio: Estimate | None = None
    kl_divergence: Estimate | None = None
    warnings: tuple[str, ...] = ()
