"""Plans of local engines: llama.cpp and its kin, Ollama, MLX, ExLlama, transformers.

Decides how many layers go to each GPU (`-ngl`, `--tensor-split`) and which experts stay on the CPU
(`--n-cpu-moe`); `placement` ranks the plans.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.kinds import PlacementKind
from advisor.documents.outcome import HOST_DEVICE
from advisor.sizing.layer_cuts import Card, balanced_cuts, layers_per_gpu, proportional_cuts
from advisor.sizing.overheads import context_bytes, gpu_available, main_memory_available, unified_available
from advisor.sizing.placement_case import CaseBytes
from advisor.sizing.plan import Growing, Plan, Slot


def gpu_label(index: int, gpu: Gpu) -> str:
    """The name of a device in answers."""
    return f"GPU {index}: {gpu.catalog_name or gpu.name}"


def local_plans(sized: CaseBytes) -> list[Plan]:
    """Every kind of plan this machine and engine allow, unordered; one only when the layers on the GPU or the
    experts beside it are asked for."""
    gpu_layers = sized.case.gpu_layers
    gpus = list(enumerate(sized.case.hardware.gpus))
    if sized.case.backend == "cpu" or not gpus or gpu_layers == 0:
        only = cpu_plan(sized)
        only.assume_unknown_fits = True
        return [only]
    n_layers = sized.shares.n_layers
    whole = gpu_layers is not None and (gpu_layers < 0 or gpu_layers > n_layers)
    if all(gpu.unified_memory for _, gpu in gpus):
        return _unified_plans(sized, gpus[0][1], gpu_layers, whole)
    return _discrete_plans(sized, _cards(sized.case.hardware), whole)


def _discrete_plans(sized: CaseBytes, cards: list[Card], whole: bool) -> list[Plan]:
    """As `local_plans`, on cards with memory of their own, the largest first."""
    gpu_layers, cpu_expert_layers = sized.case.gpu_layers, sized.case.cpu_expert_layers
    n_layers = sized.shares.n_layers
    if cpu_expert_layers:
        on_gpu = n_layers + 1 if gpu_layers is None or gpu_layers < 0 else gpu_layers
        plan = gpu_plan(sized, cards, on_gpu, min(cpu_expert_layers, n_layers))
        plan.assume_unknown_fits = True
        return [plan]
    if gpu_layers is not None:
        plan = _whole(sized, cards[:1]) if whole else gpu_plan(sized, cards, gpu_layers, 0)
        if whole and len(cards) > 1 and not plan.fits(sized.parts):
            plan = _whole(sized, cards)
        plan.assume_unknown_fits = True
        return [plan]
    plans = [_whole(sized, cards[:1])]
    if len(cards) > 1:
        plans.append(_whole(sized, cards))
    for plan in plans:
        # Nobody knows the card's memory: the answer says so and goes on.
        plan.assume_unknown_fits = True
    if sized.engine.spans_nodes and not any(plan.fits(sized.parts) for plan in plans):
        plans += _over_nodes(sized)
    if not sized.engine.outside_gpu or any(plan.fits(sized.parts) for plan in plans):
        return plans
    if sized.engine.outside_gpu == "experts" and sized.shares.experts[-1] > 0:
        plans += _expert_plans(sized, cards)
    plans += _split_plans(sized, cards)
    plans.append(cpu_plan(sized))
    return plans


def _cards(hardware: HardwareProfile, node: int = 0) -> list[Card]:
    """The cards with memory of their own of one of the nodes, the largest first."""
    before = node * len(hardware.gpus)
    cards = [
        Card(gpu_label(before + i, gpu), gpu_available(gpu))
        for i, gpu in enumerate(hardware.gpus)
        if not gpu.unified_memory
    ]
    return sorted(cards, key=lambda card: -(card.available_bytes or 0))


def _over_nodes(sized: CaseBytes) -> list[Plan]:
    """The layers over the GPUs of all equal nodes; none for one node."""
    hardware = sized.case.hardware
    if hardware.nodes <= 1:
        return []
    return [_whole(sized, [card for node in range(hardware.nodes) for card in _cards(hardware, node)])]


def cpu_plan(sized: CaseBytes) -> Plan:
    """Everything in main memory."""
    shares = sized.shares
    slot = Slot(
        HOST_DEVICE,
        shares.total_bytes,
        shares.kv_shares(0, shares.n_layers),
        graph=1.0,
        host=True,
        available_bytes=main_memory_available(sized.case.hardware),
    )
    read = shares.active(0, shares.n_layers) + shares.output_bytes + sized.kv_read_bytes
    return Plan(
        "cpu",
        [slot],
        n_layers=shares.n_layers,
        slow_bytes=read,
        exact=shares.exact,
        weights_factor=shares.factor,
    )


def _unified_plans(sized: CaseBytes, gpu: Gpu, gpu_layers: int | None, whole: bool) -> list[Plan]:
    """One pool: GPU and CPU share it, so nothing is counted twice."""
    shares = sized.shares
    gguf = sized.engine.reads_gguf
    weights = shares.total_bytes
    if gguf and shares.tied and sized.case.backend in ("cuda", "rocm", "vulkan", "sycl"):
        weights += shares.embedding_bytes  # these backends copy; Metal maps the file's pages once
    slot = Slot(
        gpu_label(0, gpu) + " (unified memory)",
        weights,
        shares.kv_shares(0, shares.n_layers),
        graph=1.0,
        masks=1.0,
        host=True,
        overhead_bytes=context_bytes(sized.case.backend),
        available_bytes=unified_available(sized.case.hardware, gpu),
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
    if gpu_layers is not None or not sized.engine.outside_gpu:
        return [plan]
    return [plan, cpu_plan(sized)]


def _whole(sized: CaseBytes, cards: list[Card]) -> Plan:
    return gpu_plan(sized, cards, sized.shares.n_layers + 1, 0)


def gpu_plan(sized: CaseBytes, cards: list[Card], gpu_layers: int, cpu_experts: int) -> Plan:
    """*gpu_layers* layers (the last ones; one more means the output too) over *cards*, experts of the first
    *cpu_experts* layers in main memory.

    Several GPUs share the layers in proportion to their memory, as llama.cpp does without `-ts`; with experts
    in main memory they share what is left, so that the first GPU does not stay empty
    (https://github.com/ggml-org/llama.cpp/issues/15136).
    """
    shares = sized.shares
    n = shares.n_layers
    on_gpu = min(gpu_layers, n)
    first = n - on_gpu
    cuts = _cuts(sized, cards, on_gpu, cpu_experts)
    moved = shares.experts[min(cpu_experts, n)]
    slow = shares.active(0, first) + sized.kv_read_bytes * first / n
    slow += max(moved - shares.experts[min(first, cpu_experts)], 0.0) * shares.expert_use
    kind: PlacementKind = (
        "experts-on-cpu" if cpu_experts else "split" if first else "gpu" if len(cards) == 1 else "multi-gpu"
    )
    return Plan(
        kind,
        [
            *_gpu_slots(sized, cards, [first + cut for cut in cuts], cpu_experts),
            _host_slot(sized, first, cpu_experts),
        ],
        n_gpus=len(cards),
        gpu_layers=min(gpu_layers, n + 1),
        n_layers=n,
        cpu_expert_layers=cpu_experts,
        layers_per_gpu=layers_per_gpu(cuts) if _balanced(cards, cpu_experts) else (),
        slow_bytes=slow,
        exact=shares.exact,
        weights_factor=shares.factor,
    )


def _balanced(cards: list[Card], cpu_experts: int) -> bool:
    return cpu_experts > 0 and len(cards) > 1


def _cuts(sized: CaseBytes, cards: list[Card], on_gpu: int, cpu_experts: int) -> list[int]:
    """Where the layers of each card begin and end, of those on cards."""
    if _balanced(cards, cpu_experts):
        return balanced_cuts(sized, cards, cpu_experts)
    return proportional_cuts(cards, on_gpu)


def _gpu_slots(sized: CaseBytes, cards: list[Card], bounds: list[int], cpu_experts: int) -> list[Slot]:
    """What each GPU holds of the layers between its two *bounds*."""
    shares, slots = sized.shares, []
    overhead = context_bytes(sized.case.backend)
    for position, card in enumerate(cards):
        first, last = bounds[position], bounds[position + 1]
        weights = shares.dense(first, last, cpu_experts)
        if position == len(cards) - 1:
            # Also of a partial split: newer builds count the output among the offloaded layers.
            weights += shares.output_bytes
        if position == 0 and not sized.engine.reads_gguf and not shares.tied:
            weights += shares.embedding_bytes
        slots.append(
            Slot(
                card.label,
                int(weights),
                shares.kv_shares(first, last),
                masks=2.0 if len(cards) > 1 else 1.0,
                overhead_bytes=overhead,
                available_bytes=card.available_bytes,
            )
        )
    return slots


def _host_slot(sized: CaseBytes, first: int, cpu_experts: int) -> Slot:
    """Main memory of a GPU plan: the layers before *first*, moved experts, token embeddings."""
    shares = sized.shares
    moved = shares.experts[min(cpu_experts, shares.n_layers)] - shares.experts[min(first, cpu_experts)]
    weights = shares.layers[first] + moved
    offloaded = first > 0 or cpu_experts > 0
    if sized.engine.reads_gguf:
        weights += shares.embedding_bytes
    if first > 0 and not shares.tied:
        weights += shares.output_bytes
    return Slot(
        HOST_DEVICE,
        int(weights),
        shares.kv_shares(0, first),
        graph=1.0 if offloaded else 0.0,
        host=True,
        available_bytes=main_memory_available(sized.case.hardware),
        matters=offloaded,
    )


def _expert_plans(sized: CaseBytes, cards: list[Card]) -> list[Plan]:
    """The fewest layers whose experts must leave, on the best GPU and on all."""
    n = sized.shares.n_layers

    def held(use: list[Card], experts: int) -> list[Slot]:
        return _gpu_slots(sized, use, _cuts(sized, use, n, experts), experts)

    return [
        gpu_plan(sized, use, n + 1, _search(partial(held, use), n, sized.parts, smallest=True))
        for use in _best_and_all(cards)
    ]


def _split_plans(sized: CaseBytes, cards: list[Card]) -> list[Plan]:
    """The most layers that fit, on the best GPU and on all."""
    n = sized.shares.n_layers

    def held(use: list[Card], layers: int) -> list[Slot]:
        return _gpu_slots(sized, use, [n - layers + cut for cut in _cuts(sized, use, layers, 0)], 0)

    return [
        gpu_plan(sized, use, _search(partial(held, use), n, sized.parts, smallest=False), 0)
        for use in _best_and_all(cards)
    ]


def _best_and_all(cards: list[Card]) -> list[list[Card]]:
    return [cards[:1], cards] if len(cards) > 1 else [cards]


def _search(held: Callable[[int], list[Slot]], most: int, parts: Growing, smallest: bool) -> int:
    """The smallest (or largest) k in 1..most whose GPUs hold their part; the emptier end when none does."""
    low, high, best = 1, most, None
    while low <= high:
        middle = (low + high) // 2
        if all(s.available_bytes is None or s.need(parts) <= s.available_bytes for s in held(middle)):
            best = middle
            low, high = (low, middle - 1) if smallest else (middle + 1, high)
        else:
            low, high = (middle + 1, high) if smallest else (low, middle - 1)
    return best if best is not None else most if smallest else 1
