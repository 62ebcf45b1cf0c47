"""Plans of local engines: llama.cpp and its kin, Ollama, MLX, ExLlama, transformers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from itertools import accumulate, pairwise
from typing import NamedTuple

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.kinds import PlacementKind
from advisor.engines import facts
from advisor.sizing.kv_cache import kv_bytes_per_token_read
from advisor.sizing.overheads import context_bytes, gpu_available, main_memory_available, unified_available
from advisor.sizing.plan import Growing, Plan, Slot, Workspace
from advisor.sizing.shares import LayerShares


class Request(NamedTuple):
    """What one local plan is asked for."""

    hardware: HardwareProfile
    shares: LayerShares
    work: Workspace
    engine: str
    backend: str
    context_tokens: int
    n_seq: int

    @property
    def gguf(self) -> bool:
        """Whether the engine keeps token embeddings in main memory when the layers are on a GPU."""
        return facts(self.engine).reads_gguf

    @property
    def outside_gpu(self) -> str:
        """What of the model may stay in main memory: nothing, layers, or experts too."""
        return facts(self.engine).outside_gpu

    @property
    def parts(self) -> Growing:
        """Growing parts at the asked context and concurrency."""
        return self.work.parts(self.context_tokens, self.n_seq)


def gpu_label(index: int, gpu: Gpu) -> str:
    """The name of a device in answers."""
    return f"GPU {index}: {gpu.catalog_name or gpu.name}"


def local_plans(request: Request, gpu_layers: int | None, cpu_expert_layers: int | None = None) -> list[Plan]:
    """Every kind of plan this machine and engine allow, unordered; one only when *gpu_layers* or
    *cpu_expert_layers* is given."""
    gpus = list(enumerate(request.hardware.gpus))
    if request.backend == "cpu" or not gpus or gpu_layers == 0:
        only = cpu_plan(request)
        only.assume_unknown_fits = True
        return [only]
    n_layers = request.shares.n_layers
    whole = gpu_layers is not None and (gpu_layers < 0 or gpu_layers > n_layers)
    if all(gpu.unified_memory for _, gpu in gpus):
        return _unified_plans(request, gpus[0][1], gpu_layers, whole)
    gpus = [(i, gpu) for i, gpu in gpus if not gpu.unified_memory]
    gpus.sort(key=lambda pair: -(gpu_available(pair[1]) or 0))
    if cpu_expert_layers:
        on_gpu = n_layers + 1 if gpu_layers is None or gpu_layers < 0 else gpu_layers
        plan = gpu_plan(request, gpus, on_gpu, min(cpu_expert_layers, n_layers))
        plan.assume_unknown_fits = True
        return [plan]
    if gpu_layers is not None:
        plan = _whole(request, gpus[:1]) if whole else gpu_plan(request, gpus, gpu_layers, 0)
        if whole and len(gpus) > 1 and not plan.fits(request.parts):
            plan = _whole(request, gpus)
        plan.assume_unknown_fits = True
        return [plan]
    plans = [_whole(request, gpus[:1])]
    if len(gpus) > 1:
        plans.append(_whole(request, gpus))
    for plan in plans:
        # Nobody knows the card's memory: the answer says so and goes on.
        plan.assume_unknown_fits = True
    if facts(request.engine).spans_nodes and not any(plan.fits(request.parts) for plan in plans):
        plans += _over_nodes(request, gpus)
    if not request.outside_gpu or any(plan.fits(request.parts) for plan in plans):
        return plans
    if request.outside_gpu == "experts" and request.shares.experts[-1] > 0:
        plans += _expert_plans(request, gpus)
    plans += _split_plans(request, gpus)
    plans.append(cpu_plan(request))
    return plans


def _over_nodes(request: Request, gpus: list[tuple[int, Gpu]]) -> list[Plan]:
    """The layers over the GPUs of all equal nodes; none for one node."""
    nodes, per_node = request.hardware.nodes, len(request.hardware.gpus)
    if nodes <= 1:
        return []
    return [_whole(request, [(i + node * per_node, gpu) for node in range(nodes) for i, gpu in gpus])]


def cpu_plan(request: Request) -> Plan:
    """Everything in main memory."""
    shares = request.shares
    slot = Slot(
        "CPU",
        shares.total_bytes,
        shares.kv_shares(0, shares.n_layers),
        graph=1.0,
        host=True,
        available_bytes=main_memory_available(request.hardware),
    )
    read = shares.active(0, shares.n_layers) + shares.output_bytes + _kv_read(request)
    return Plan(
        "cpu",
        [slot],
        n_layers=shares.n_layers,
        slow_bytes=read,
        exact=shares.exact,
        weights_factor=shares.factor,
    )


def _unified_plans(request: Request, gpu: Gpu, gpu_layers: int | None, whole: bool) -> list[Plan]:
    """One pool: GPU and CPU share it, so nothing is counted twice."""
    shares = request.shares
    gguf = request.gguf
    weights = shares.total_bytes
    if gguf and shares.tied and request.backend in ("cuda", "rocm", "vulkan", "sycl"):
        weights += shares.embedding_bytes  # these backends copy; Metal maps the file's pages once
    slot = Slot(
        gpu_label(0, gpu) + " (unified memory)",
        weights,
        shares.kv_shares(0, shares.n_layers),
        graph=1.0,
        masks=1.0,
        host=True,
        overhead_bytes=context_bytes(request.backend),
        available_bytes=unified_available(request.hardware, gpu),
    )
    plan = Plan(
        "unified",
        [slot],
        n_gpus=1,
        gpu_layers=shares.n_layers + 1,
        n_layers=shares.n_layers,
        exact=shares.exact,
        weights_factor=shares.factor,
        assume_unknown_fits=True,
    )
    if gpu_layers is not None and not whole:
        plan.kind, plan.gpu_layers = "split", gpu_layers
        plan.slow_bytes = shares.active(0, shares.n_layers - gpu_layers)
        return [plan]
    if gpu_layers is not None or not request.outside_gpu:
        return [plan]
    return [plan, cpu_plan(request)]


def _whole(request: Request, gpus: list[tuple[int, Gpu]]) -> Plan:
    return gpu_plan(request, gpus, request.shares.n_layers + 1, 0)


def gpu_plan(request: Request, gpus: list[tuple[int, Gpu]], gpu_layers: int, cpu_experts: int) -> Plan:
    """*gpu_layers* layers (the last ones; one more means the output too) over *gpus*, experts of the first
    *cpu_experts* layers in main memory.

    Several GPUs share the layers in proportion to their memory, as llama.cpp does without `-ts`; with experts
    in main memory they share what is left, so that the first GPU does not stay empty
    (https://github.com/ggml-org/llama.cpp/issues/15136).
    """
    shares = request.shares
    n = shares.n_layers
    on_gpu = min(gpu_layers, n)
    first = n - on_gpu
    balanced = cpu_experts > 0 and len(gpus) > 1
    cuts = _balanced_cuts(request, gpus, cpu_experts) if balanced else _cuts(gpus, on_gpu)
    slots, gguf = [], request.gguf
    for position, (index, gpu) in enumerate(gpus):
        a, b = first + cuts[position], first + cuts[position + 1]
        weights = shares.dense(a, b, cpu_experts)
        last = position == len(gpus) - 1
        if last:
            # Also of a partial split: newer builds count the output among the offloaded layers.
            weights += shares.output_bytes
        if position == 0 and not gguf and not shares.tied:
            weights += shares.embedding_bytes
        slots.append(
            Slot(
                gpu_label(index, gpu),
                int(weights),
                shares.kv_shares(a, b),
                masks=2.0 if len(gpus) > 1 else 1.0,
                overhead_bytes=context_bytes(request.backend),
                available_bytes=gpu_available(gpu),
            )
        )
    slots.append(_host_slot(request, first, cpu_experts))
    moved = shares.experts[min(cpu_experts, n)]
    slow = shares.active(0, first) + _kv_read(request) * first / n
    slow += max(moved - shares.experts[min(first, cpu_experts)], 0.0) * shares.expert_use
    kind: PlacementKind = (
        "experts-on-cpu" if cpu_experts else "split" if first else "gpu" if len(gpus) == 1 else "multi-gpu"
    )
    return Plan(
        kind,
        slots,
        n_gpus=len(gpus),
        gpu_layers=min(gpu_layers, n + 1),
        n_layers=n,
        cpu_expert_layers=cpu_experts,
        layers_per_gpu=_layers_per_gpu(cuts) if balanced else (),
        slow_bytes=slow,
        exact=shares.exact,
        weights_factor=shares.factor,
    )


def _host_slot(request: Request, first: int, cpu_experts: int) -> Slot:
    """Main memory of a GPU plan: the layers before *first*, moved experts, token embeddings."""
    shares = request.shares
    moved = shares.experts[min(cpu_experts, shares.n_layers)] - shares.experts[min(first, cpu_experts)]
    weights = shares.layers[first] + moved
    offloaded = first > 0 or cpu_experts > 0
    if request.gguf:
        weights += shares.embedding_bytes
    if first > 0 and not shares.tied:
        weights += shares.output_bytes
    return Slot(
        "CPU",
        int(weights),
        shares.kv_shares(0, first),
        graph=1.0 if offloaded else 0.0,
        host=True,
        available_bytes=main_memory_available(request.hardware),
        matters=offloaded,
    )


def _cuts(gpus: list[tuple[int, Gpu]], on_gpu: int) -> list[int]:
    """Where the layers of each GPU begin and end: the output counts as one layer and lies on the last."""
    if len(gpus) == 1:
        return [0, on_gpu]
    free = [gpu_available(gpu) or 1 for _, gpu in gpus]
    total = sum(free) or 1
    bounds = [part / total for part in accumulate(free)]
    owner = [min(bisect_right(bounds, layer / (on_gpu + 1)), len(gpus) - 1) for layer in range(on_gpu)]
    return [0, *(sum(1 for o in owner if o <= position) for position in range(len(gpus)))]


def _balanced_cuts(request: Request, gpus: list[tuple[int, Gpu]], cpu_experts: int) -> list[int]:
    """Where the layers of each GPU begin and end when the bytes that stay on GPUs follow their memory."""
    shares, n = request.shares, request.shares.n_layers
    cache = sum(request.parts.kv) / n
    sizes = [shares.dense(layer, layer + 1, cpu_experts) + cache for layer in range(n)]
    free = [gpu_available(gpu) or 1 for _, gpu in gpus]
    whole, held = sum(sizes) + shares.output_bytes, 0.0
    bounds = [part / sum(free) * whole for part in accumulate(free)][:-1]
    cuts, position = [0], 0
    for layer, size in enumerate(sizes):
        held += size
        while position < len(bounds) and held > bounds[position] + size / 2:
            cuts.append(layer)
            position += 1
    cuts += [n] * (len(gpus) + 1 - len(cuts))
    return cuts


def _layers_per_gpu(cuts: list[int]) -> tuple[int, ...]:
    """Layers of each GPU as `-ts` counts them: the output is one more, on the last."""
    counts = [after - before for before, after in pairwise(cuts)]
    counts[-1] += 1
    return tuple(counts)


def _expert_plans(request: Request, gpus: list[tuple[int, Gpu]]) -> list[Plan]:
    """The fewest layers whose experts must leave, on the best GPU and on all."""
    n = request.shares.n_layers
    return [
        _search(partial(gpu_plan, request, use, n + 1), 1, n, request, smallest=True)
        for use in ([gpus[:1], gpus] if len(gpus) > 1 else [gpus])
    ]


def _split_plans(request: Request, gpus: list[tuple[int, Gpu]]) -> list[Plan]:
    """The most layers that fit, on the best GPU and on all."""
    n = request.shares.n_layers
    return [
        _search(partial(gpu_plan, request, use, cpu_experts=0), 1, n, request, smallest=False)
        for use in ([gpus[:1], gpus] if len(gpus) > 1 else [gpus])
    ]


def _search(build: Callable[[int], Plan], low: int, high: int, request: Request, smallest: bool) -> Plan:
    """The smallest (or largest) k in low..high whose GPUs hold their part; the emptier end when none does."""
    parts = request.parts

    def gpus_hold(plan: Plan) -> bool:
        return all(s.available_bytes is None or s.need(parts) <= s.available_bytes for s in plan.slots[:-1])

    best = None
    while low <= high:
        middle = (low + high) // 2
        plan = build(middle)
        if gpus_hold(plan):
            best = plan
            low, high = (low, middle - 1) if smallest else (middle + 1, high)
        else:
            low, high = (middle + 1, high) if smallest else (low, middle - 1)
    return best if best is not None else build(low - 1 if smallest else max(high, 1))


def _kv_read(request: Request) -> float:
    return kv_bytes_per_token_read(request.work.model, request.context_tokens, request.work.kv_type)
