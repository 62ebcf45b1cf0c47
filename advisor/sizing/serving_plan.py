"""Plans of serving engines: vLLM, SGLang, TensorRT-LLM and LMDeploy."""

from __future__ import annotations

from itertools import accumulate

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.sizing.cache_layout import CacheLayout
from advisor.sizing.local_plan import gpu_label
from advisor.sizing.overheads import serving_available, serving_overhead_bytes, unified_available
from advisor.sizing.plan import SERVING_MAX_SEQUENCES, Plan, Slot
from advisor.sizing.shares import LayerShares


def serving_plans(
    hardware: HardwareProfile,
    model: ModelProfile,
    shares: LayerShares,
    layout: CacheLayout,
    engine: str,
) -> list[Plan]:
    """One plan per valid (tensor parallel, pipeline parallel) of this machine, the widest tensor parallel
    first.

    Tensor parallel stays inside a node; nodes are stages of a pipeline.
    """
    per_node, nodes = len(hardware.gpus), max(1, hardware.nodes)
    plans = []
    for tensor in range(per_node, 0, -1):
        share = _kv_head_share(model, layout, tensor)
        if share is None:
            continue
        for pipeline in {nodes * (per_node // tensor), nodes, 1}:
            if pipeline <= shares.n_layers:
                plans.append(_plan(hardware, shares, engine, tensor, pipeline, share))
    return plans


def _kv_head_share(model: ModelProfile, layout: CacheLayout, tensor: int) -> float | None:
    """Share of each layer's cache on one of *tensor* cards; None when the heads do not divide.

    KV heads are replicated when there are more cards than heads, a latent cache (MLA) always (vLLM
    `QKVParallelLinear`, `get_num_kv_heads`).
    """
    heads, kv_heads = int(model.n_heads or 0), int(model.n_kv_heads or model.n_heads or 0)
    if tensor == 1:
        return 1.0
    if heads and heads % tensor:
        return None
    if layout.mla:
        return 1.0
    if not kv_heads or kv_heads % tensor == 0:
        return 1.0 / tensor
    return 1.0 / kv_heads if tensor % kv_heads == 0 else None


def _plan(
    hardware: HardwareProfile,
    shares: LayerShares,
    engine: str,
    tensor: int,
    pipeline: int,
    kv_head_share: float,
) -> Plan:
    """The plan over tensor x pipeline equal cards."""
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
        available = serving_available(gpu, engine)
        if gpu.unified_memory:
            pool = unified_available(hardware, gpu)
            available = pool if available is None else available if pool is None else min(available, pool)
        slots.append(
            Slot(
                gpu_label(index, gpu),
                int(weights / tensor),
                tuple(kv_head_share * share for share in shares.kv_shares(first, last)),
                overhead_bytes=serving_overhead_bytes(tensor * pipeline),
                available_bytes=available,
            )
        )
    kind = "tensor-parallel" if tensor > 1 else "pipeline-parallel" if pipeline > 1 else "gpu"
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
