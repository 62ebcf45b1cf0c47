"""One plan: which device holds what, whether it fits, and how far context and concurrency can grow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from advisor.documents.kinds import PlacementKind
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import LOOKUP_DEVICE, DeviceMemory, Placement
from advisor.sizing.buffers import compute_bound, mask_copies_bytes, output_bytes, raw_compute_bytes
from advisor.sizing.cache_layout import CacheLayout, cache_layout
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import kv_parts_bytes
from advisor.sizing.layers import USUAL_WIDTH
from advisor.sizing.shares import LayerShares

LOCAL_MAX_SEQUENCES = 256
"""llama.cpp's `LLAMA_MAX_SEQ` (src/llama-cparams.h)."""
SERVING_MAX_SEQUENCES = 1024
"""vLLM's largest default of `max_num_seqs` (vllm/engine/arg_utils.py)."""
CONTEXT_CEILING = 1 << 20
"""Longest context looked for when the model states none: the longest any catalogue model states."""
CONTEXT_STEP = 256
"""Contexts are multiples of it: llama.cpp rounds `n_ctx` up to one (src/llama-context.cpp)."""


class Growing(NamedTuple):
    """The parts of memory that grow with context and concurrency, in bytes, each at its upper bound."""

    kv: tuple[float, ...]
    """Each group of layers of the cache layout, and the recurrent states."""
    graph: float
    """Compute buffer of a main device."""
    host: float
    """Inputs and logits in main memory of a GPU plan."""
    masks: float
    """Two attention masks."""


KEPT_PARTS = 256
"""Contexts and concurrencies remembered: a search for the largest asks for some forty."""


class Workspace:
    """The parts of memory that grow with context and concurrency, each at its upper bound."""

    def __init__(
        self, model: ModelProfile, params: ContextParams, activation_bytes: int | None = None
    ) -> None:
        """*params* with any context and concurrency: `parts` fills them in. *activation_bytes*: what a
        serving engine's step takes in place of llama.cpp's buffers."""
        self.model, self.params = model, params
        self.layout: CacheLayout = cache_layout(model)
        self.activation_bytes = activation_bytes
        self._known: dict[tuple[int, int], Growing] = {}

    def parts(self, context_tokens: int, n_seq: int) -> Growing:
        """The growing parts at this context and concurrency."""
        key = (context_tokens, n_seq)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= KEPT_PARTS:  # a batch may ask for a million lengths
                self._known.clear()
            found = self._known[key] = self._compute(self._at(context_tokens, n_seq))
        return found

    def graph_factor(self, context_tokens: int, n_seq: int, bound: float) -> float:
        """Upper bound / expected value of the compute buffer."""
        if self.activation_bytes is not None:
            return 1.0
        return bound / raw_compute_bytes(self.model, self.layout, self._at(context_tokens, n_seq))

    def _at(self, context_tokens: int, n_seq: int) -> ContextParams:
        return self.params._replace(context_tokens=context_tokens, n_seq=n_seq)

    def _compute(self, params: ContextParams) -> Growing:
        layout, model = self.layout, self.model
        kv = tuple(part * layout.high_factor for part in kv_parts_bytes(layout, params))
        if self.activation_bytes is not None:
            return Growing(kv, float(self.activation_bytes), 0.0, 0.0)
        # Masks are F16 with flash attention, F32 without.
        masks = float(mask_copies_bytes(layout, params, 2 if params.flash_attn else 4))
        inputs = 4.0 * params.ubatch_tokens * int(model.hidden_size or USUAL_WIDTH)
        return Growing(
            kv,
            compute_bound(model, layout, params, raw_compute_bytes(model, layout, params)),
            inputs + masks + output_bytes(model, params.n_seq),
            masks,
        )


class Points(NamedTuple):
    """Upper bound / expected value, of each growing part and of the weights."""

    weights: float
    kv: float
    graph: float


@dataclass(slots=True)
class Slot:
    """One device of a plan: fixed bytes, its share of the cache, and which buffers it holds."""

    device: str
    weights_bytes: int
    """Upper bound."""
    kv_shares: tuple[float, ...]
    """Of each group of layers and of the recurrent states (`CacheLayout.shares`)."""
    graph: float = 1.0
    """1 where layers are computed, 0 where only inputs and logits lie."""
    masks: float = 0.0
    """Further pairs of masks: 1 on a GPU, 2 where layers are split over several."""
    host: bool = False
    """Holds inputs and logits too."""
    overhead_bytes: int = 0
    available_bytes: int | None = None
    matters: bool = True
    """False where an unknown amount of memory does not put the plan in doubt (host of an all-GPU plan)."""

    def kv_bytes(self, parts: Growing) -> float:
        """This device's part of the cache."""
        total = 0.0
        for share, part in zip(self.kv_shares, parts.kv, strict=True):
            total += share * part
        return total

    def need(self, parts: Growing) -> float:
        """Bytes for these growing parts."""
        return (
            self.weights_bytes
            + self.overhead_bytes
            + self.kv_bytes(parts)
            + self.graph * parts.graph
            + self.masks * parts.masks
            + (parts.host if self.host else 0.0)
        )

    def document(self, parts: Growing, points: Points) -> DeviceMemory:
        """The device as the placement document lists it: expected parts, and the bound the plan was judged
        by."""
        # Where layers are split over several GPUs the copies of the masks are certain, not only possible.
        copies = self.masks * parts.masks if self.masks > 1 else 0.0
        compute = self.graph * parts.graph / points.graph + copies + (parts.host if self.host else 0.0)
        return DeviceMemory(
            device=self.device,
            weights_bytes=int(self.weights_bytes / points.weights),
            kv_cache_bytes=round(self.kv_bytes(parts) / points.kv),
            compute_bytes=int(compute),
            overhead_bytes=self.overhead_bytes,
            available_bytes=self.available_bytes,
            planned_bytes=int(self.need(parts)),
        )


@dataclass(slots=True)
class Plan:
    """A way to place one model, before context and concurrency are fixed."""

    kind: PlacementKind
    slots: list[Slot]
    n_gpus: int = 0
    gpu_layers: int = 0
    n_layers: int = 0
    cpu_expert_layers: int = 0
    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    data_parallel: int = 1
    expert_parallel: bool = False
    layers_per_gpu: tuple[int, ...] = ()
    refused: str = ""
    """Why the engine cannot load the model this way, whatever the memory."""
    slow_bytes: float = 0.0
    """Weights and cache read over main memory for each token; what the choice of the best plan minimises."""
    exact: bool = True
    weights_factor: float = 1.0
    """Upper bound / expected value of the weights."""
    max_sequences: int = LOCAL_MAX_SEQUENCES
    assume_unknown_fits: bool = False

    def miss(self, parts: Growing) -> float:
        """Bytes by which the worst device falls short (0 when all known ones hold)."""
        short = [
            slot.need(parts) - slot.available_bytes for slot in self.slots if slot.available_bytes is not None
        ]
        return max(short, default=0.0)

    def unknown(self) -> Slot | None:
        """The device whose memory nobody stated, if that puts the plan in doubt."""
        return next((s for s in self.slots if s.available_bytes is None and s.matters), None)

    def fits(self, parts: Growing) -> bool:
        """Whether every device holds its share; unknown memory counts as asked for by
        `assume_unknown_fits`."""
        if self.refused or self.miss(parts) > 0:
            return False
        return self.assume_unknown_fits or self.unknown() is None

    def binding(self, parts: Growing) -> str:
        """One line: the fullest device, or by how much the worst one misses."""
        if self.refused:
            return self.refused
        known = [slot for slot in self.slots if slot.available_bytes is not None]
        over = max(known, key=lambda s: s.need(parts) - (s.available_bytes or 0), default=None)
        unknown = self.unknown()
        if over is not None and over.need(parts) > (over.available_bytes or 0):
            short = over.need(parts) - (over.available_bytes or 0)
            return (
                f"{over.device} misses {short / 2**30:.1f} GiB "
                f"({over.need(parts) / 2**30:.1f} of {(over.available_bytes or 0) / 2**30:.1f} GiB)"
            )
        if unknown is not None:
            return f"memory of {unknown.device} unknown; it must hold {unknown.need(parts) / 2**30:.1f} GiB"
        if not known:
            return ""
        full = max(known, key=lambda s: s.need(parts) / max(s.available_bytes or 1, 1))
        planned, available = full.need(parts), full.available_bytes or 0
        return (
            f"{full.device} is the fullest: at most {planned / 2**30:.1f} of {available / 2**30:.1f} GiB, "
            f"{planned / max(available, 1):.0%}"
        )

    def document(self, work: Workspace, context_tokens: int, n_seq: int, search: bool) -> Placement:
        """The placement for this context and concurrency; *search* also fills the largest ones that fit."""
        parts = work.parts(context_tokens, n_seq)
        points = Points(
            self.weights_factor,
            work.layout.high_factor,
            work.graph_factor(context_tokens, n_seq, parts.graph),
        )
        doubtful = self.unknown() is not None
        exact = self.exact and work.layout.basis == "exact"
        return Placement(
            kind=self.kind,
            n_gpus=self.n_gpus,
            gpu_layers=self.gpu_layers,
            n_layers=self.n_layers,
            cpu_expert_layers=self.cpu_expert_layers,
            tensor_parallel=self.tensor_parallel,
            pipeline_parallel=self.pipeline_parallel,
            data_parallel=self.data_parallel,
            expert_parallel=self.expert_parallel,
            layers_per_gpu=self.layers_per_gpu,
            ubatch_tokens=None if work.params.paged else work.params.ubatch_tokens,
            devices=tuple(slot.document(parts, points) for slot in self.slots),
            fits=self.fits(parts),
            binding=self.binding(parts),
            basis="extrapolated" if doubtful else "exact" if exact else "interpolated",
            max_context_tokens=largest_context(self, work, n_seq) if search and not doubtful else None,
            max_concurrency=largest_concurrency(self, work, context_tokens)
            if search and not doubtful
            else None,
        )


def with_lookup(plans: list[Plan], shares: LayerShares) -> list[Plan]:
    """*plans*, each with the model's n-gram table beside its devices: it never decides whether a plan fits,
    because what main memory does not hold is read from disk."""
    if shares.lookup_bytes:
        for plan in plans:
            nothing = tuple(0.0 for _ in shares.kv_shares(0, 0))
            plan.slots.append(Slot(LOOKUP_DEVICE, shares.lookup_bytes, nothing, graph=0.0, matters=False))
    return plans


def largest_context(plan: Plan, work: Workspace, n_seq: int) -> int:
    """Most tokens per request that fit *plan* at this concurrency; 0 when not even 256 do."""
    ceiling = int(work.model.context_length or CONTEXT_CEILING)
    if plan.fits(work.parts(ceiling, n_seq)):
        return ceiling
    steps = _bisect(lambda n: plan.fits(work.parts(n * CONTEXT_STEP, n_seq)), ceiling // CONTEXT_STEP)
    return steps * CONTEXT_STEP


def largest_concurrency(plan: Plan, work: Workspace, context_tokens: int) -> int:
    """Most requests of this context that fit *plan*; 0 when not even one does."""
    return _bisect(lambda n: plan.fits(work.parts(context_tokens, n)), plan.max_sequences)


def _bisect(holds: Callable[[int], bool], ceiling: int) -> int:
    """Largest n in 0..ceiling for which the monotone *holds* is true (0 = never)."""
    low, high = 0, 1
    while high <= ceiling and holds(high):
        low, high = high, high * 2
    high = min(high, ceiling + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
