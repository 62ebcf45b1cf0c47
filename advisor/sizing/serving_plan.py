"""Plans of serving engines: vLLM, SGLang, TensorRT-LLM and LMDeploy."""

from __future__ import annotations

from itertools import accumulate

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.kinds import PlacementKind
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines import Engine
from advisor.sizing.cache_layout import CacheLayout
from advisor.sizing.local_plan import gpu_label
from advisor.sizing.overheads import serving_available, serving_overhead_bytes, unified_available
from advisor.sizing.plan import SERVING_MAX_SEQUENCES, Plan, Slot
from advisor.sizing.shares import LayerShares
from advisor.sizing.tensor_parallel import Division, divisions, refusal


def serving_plans(
    hardware: HardwareProfile,
    model: ModelProfile,
    scheme: SchemeProfile,
    shares: LayerShares,
    layout: CacheLayout,
    engine: Engine,
) -> list[Plan]:
    """One plan per valid (tensor parallel, pipeline parallel) of this machine, the widest tensor parallel
    first; one that is refused when the engine cannot load the model at all.

    Tensor parallel stays inside a node; nodes are stages of a pipeline.
    """
    per_node, nodes = len(hardware.gpus), max(1, hardware.nodes)
    found = divisions(model, scheme, layout, engine, per_node)
    if not found:
        whole = _plan(hardware, shares, engine, Division(1, 1.0), 1)
        whole.refused = f"{engine.name} cannot load it: {refusal(model, scheme, 1)}"
        return [whole]
    plans = []
    for division in found:
        for pipeline in {nodes * (per_node // division.tensor_parallel), nodes, 1}:
            if pipeline <= shares.n_layers:
                plans.append(_plan(hardware, shares, engine, division, pipeline))
    return plans


def _plan(
    hardware: HardwareProfile,
    shares: LayerShares,
    engine: Engine,
    division: Division,
    pipeline: int,
) -> Plan:
    """The plan over tensor x pipeline equal cards."""
    tensor = division.tensor_parallel
    cards = _cards(hardware, tensor * pipeline)
    bounds = _stages(shares.n_layers, pipeline)
    slots = []
    for position, (index, gpu) in enumerate(cards):
        stage = position // tensor
        first, last = bounds[stage], bounds[stage + 1]
        weights = shares.layers[last] - shares.layers[first]
        if pipeline == 1:
            weights = shares.total_bytes
        elif stage == 0:
            weights += shares.embedding_bytes
        elif stage == pipeline - 1:
            weights += shares.output_bytes
        available = serving_available(gpu, engine.name)
        if gpu.unified_memory:
            pool = unified_available(hardware, gpu)
            available = pool if available is None else available if pool is None else min(available, pool)
        slots.append(
            Slot(
                gpu_label(index, gpu),
                int(weights / tensor),
                tuple(division.kv_head_share * share for share in shares.kv_shares(first, last)),
                overhead_bytes=serving_overhead_bytes(tensor * pipeline),
                available_bytes=available,
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
