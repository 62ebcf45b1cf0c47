"""Plans of serving engines: vLLM, SGLang, TensorRT-LLM and LMDeploy."""

from __future__ import annotations

from itertools import accumulate

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.kinds import PlacementKind
from advisor.sizing.local_plan import gpu_label
from advisor.sizing.overheads import least, unified_available
from advisor.sizing.placement_case import CaseBytes
from advisor.sizing.plan import SERVING_MAX_SEQUENCES, Plan, Slot
from advisor.sizing.serving_memory import serving_available, serving_overhead_bytes
from advisor.sizing.shares import LayerShares
from advisor.sizing.tensor_parallel import Division, divisions, refusal, shares_experts


def serving_plans(sized: CaseBytes) -> list[Plan]:
    """One plan per valid (tensor parallel, pipeline parallel) of this machine, the widest tensor parallel
    first, and where it applies one that shares the experts alone; one that is refused when the engine cannot
    load the model at all.

    Tensor parallel stays inside a node, or joins nodes of one GPU each (`joins_nodes`); other nodes are
    stages of a pipeline.
    """
    case, engine = sized.case, sized.engine
    per_node, nodes = len(case.hardware.gpus), max(1, case.hardware.nodes)
    widest = nodes if joins_nodes(case.hardware) else per_node
    found = divisions(case.model, case.scheme, sized.work.layout, engine, widest)
    if not found:
        whole = _plan(sized, Division(1, 1.0), 1)
        whole.refused = f"{engine.name} cannot load it: {refusal(case.model, case.scheme, 1)}"
        return [whole]
    plans = []
    for division in found:
        inside = division.tensor_parallel <= per_node
        stages = {nodes * (per_node // division.tensor_parallel), nodes, 1} if inside else {1}
        for pipeline in stages:
            if pipeline <= sized.shares.n_layers:
                plans.append(_plan(sized, division, pipeline))
    shared = engine.data_parallel_attention and shares_experts(
        case.model, case.scheme, sized.work.layout, per_node
    )
    return [*plans, _experts_shared(sized, per_node)] if shared and case.concurrency >= per_node else plans


def joins_nodes(hardware: HardwareProfile) -> bool:
    """Whether matrices are shared over the network: by machines of one GPU with a link made for it, as two
    DGX Sparks are (https://docs.nvidia.com/dgx/dgx-spark/spark-clustering.html,
    https://docs.vllm.ai/en/latest/serving/parallelism_scaling/)."""
    return hardware.nodes > 1 and len(hardware.gpus) == 1 and hardware.network_bytes_per_s is not None


def _experts_shared(sized: CaseBytes, gpus: int) -> Plan:
    """The requests over the GPUs of a node: each holds everything but the experts, and its share of those
    (vLLM's --data-parallel-size with expert parallelism, SGLang's --enable-dp-attention)."""
    shares, wanted = sized.shares, sized.case.concurrency
    n_layers = shares.n_layers
    own = shares.total_bytes - shares.experts[n_layers] * (1 - 1 / gpus)
    cache_share = -(-wanted // gpus) / wanted
    slots = [
        Slot(
            gpu_label(index, gpu),
            int(own),
            tuple(cache_share * share for share in shares.kv_shares(0, n_layers)),
            overhead_bytes=serving_overhead_bytes(gpus),
            available_bytes=_available(sized, gpu),
        )
        for index, gpu in _cards(sized.case.hardware, gpus)
    ]
    return Plan(
        "data-parallel",
        slots,
        n_gpus=gpus,
        gpu_layers=n_layers + 1,
        n_layers=n_layers,
        data_parallel=gpus,
        expert_parallel=True,
        exact=shares.exact,
        weights_factor=shares.factor,
        max_sequences=SERVING_MAX_SEQUENCES,
        assume_unknown_fits=True,
    )


def nodes_joined(sized: CaseBytes) -> int:
    """Nodes that every scheme's plan spans when it can: all of them where the model at 16 bits takes more
    than one and several requests keep them busy, so that its schemes are compared on the same cards; else
    1."""
    hardware = sized.case.hardware
    memory = [_available(sized, gpu) for gpu in hardware.gpus]
    known = [amount for amount in memory if amount is not None]
    one_node = 2 * (sized.case.model.n_params or 0) <= sum(known) or len(known) < len(memory)
    return 1 if one_node or sized.case.concurrency == 1 else max(1, hardware.nodes)


def _plan(sized: CaseBytes, division: Division, pipeline: int) -> Plan:
    """The plan over tensor x pipeline equal cards."""
    tensor, shares = division.tensor_parallel, sized.shares
    cards = _cards(sized.case.hardware, tensor * pipeline)
    bounds = _stages(shares.n_layers, pipeline)
    slots = []
    for position, (index, gpu) in enumerate(cards):
        stage = position // tensor
        first, last = bounds[stage], bounds[stage + 1]
        slots.append(
            Slot(
                gpu_label(index, gpu),
                int(_stage_bytes(shares, first, last) / tensor),
                tuple(division.kv_head_share * share for share in shares.kv_shares(first, last)),
                overhead_bytes=serving_overhead_bytes(tensor * pipeline),
                available_bytes=_available(sized, gpu),
            )
        )
    kind: PlacementKind = "tensor-parallel" if tensor > 1 else "pipeline-parallel" if pipeline > 1 else "gpu"
    if kind == "gpu" and cards[0][1].unified_memory:
        kind = "unified"
    return Plan(
        kind,
        slots,
        n_gpus=tensor * pipeline,
        gpu_layers=shares.n_layers + 1,
        n_layers=shares.n_layers,
        tensor_parallel=tensor,
        pipeline_parallel=pipeline,
        expert_parallel=division.expert_parallel,
        exact=shares.exact,
        weights_factor=shares.factor,
        max_sequences=SERVING_MAX_SEQUENCES,
        assume_unknown_fits=True,
    )


def _stage_bytes(shares: LayerShares, first: int, last: int) -> float:
    """Weights of layers first..last-1, with the embeddings before the first and the output after the last."""
    if last - first == shares.n_layers:
        return shares.total_bytes
    weights = shares.layers[last] - shares.layers[first]
    if first == 0:
        weights += shares.embedding_bytes
    elif last == shares.n_layers:
        weights += shares.output_bytes
    return weights


def _available(sized: CaseBytes, gpu: Gpu) -> int | None:
    """Bytes the engine may fill on one card; None when unknown."""
    available = serving_available(gpu, sized.case.engine, sized.work.activation_bytes or 0)
    if not gpu.unified_memory:
        return available
    return least(available, unified_available(sized.case.hardware, gpu))


def _stages(n_layers: int, pipeline: int) -> list[int]:
    """Where the stages of a pipeline begin and end: what does not divide goes to the stages before the last
    (vLLM `get_pp_indices`, vllm/distributed/utils.py)."""
    each, rest = divmod(n_layers, pipeline)
    counts = [each] * pipeline
    for back in range(2, rest + 2):
        counts[-back] += 1
    return [0, *accumulate(counts)]


def _cards(hardware: HardwareProfile, wanted: int) -> list[tuple[int, Gpu]]:
    """The *wanted* largest cards, over equal nodes."""
    cards = list(enumerate(hardware.gpus * max(1, hardware.nodes)))
    cards.sort(key=lambda pair: -(pair[1].memory_total_bytes or 0))
    return cards[:wanted]
