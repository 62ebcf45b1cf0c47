"""Where a model goes on a machine: the best placement, and what binds it.

A plan is called feasible only when every device holds weights, KV cache, compute buffers and contexts at
their upper bounds, so it errs high. Memory nobody knows cannot be checked: where it is the only memory a
plan could use, the plan is answered with basis 'extrapolated' and says so; it is never preferred to one
that is known to fit, and an unknown amount of main memory is never filled with layers that do not fit the
GPU unless `gpu_layers` asks for it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from advisor.documents.hardware import HardwareProfile
from advisor.documents.outcome import Placement
from advisor.sizing.kv_cache import unusable_cache
from advisor.sizing.local_plan import local_plans
from advisor.sizing.overheads import main_memory_available
from advisor.sizing.parts import Weights
from advisor.sizing.placement_case import CaseBytes, PlacementCase
from advisor.sizing.plan import Plan, Workspace, with_lookup
from advisor.sizing.serving_memory import serving_activation_bytes
from advisor.sizing.serving_plan import joins_nodes, nodes_joined, serving_plans
from advisor.sizing.shares import LayerShares


def place(case: PlacementCase) -> Placement:
    """The best placement: the fewest bytes read over slow memory for each token, then the fewest devices.

    Never raises for what does not fit: `fits` is False and `binding` says by how much. Raises UsageError for
    an unknown KV type.
    """
    if (each := _on_each_node(case)) is not None:
        return each
    sized = _sized(case)
    return _document(_plans(sized)[0], sized, search=True)


def place_if_fits(case: PlacementCase) -> Placement | None:
    """As `place`; None for what does not fit, of which nothing more is worked out."""
    if (each := _on_each_node(case)) is not None:
        return each
    sized = _sized(case)
    best = _plans(sized)[0]
    if not best.fits(sized.parts):
        return None
    placement = _document(best, sized, search=True)
    return placement if placement.fits else None


def _on_each_node(case: PlacementCase) -> Placement | None:
    """A server on each of several nodes for its share of the requests; None where one server spans them, does
    not fit a node, or has nothing to share."""
    replicas = min(case.hardware.nodes, case.concurrency)
    if replicas == 1 or not case.served or nodes_joined(_sized(case)) > 1:
        return None
    one = case._replace(
        hardware=replace(case.hardware, nodes=1), concurrency=-(-case.concurrency // replicas)
    )
    found = place_if_fits(one)
    if found is None:
        return None
    most = found.max_concurrency
    return replace(found, replicas=replicas, max_concurrency=most and most * replicas)


def candidates(case: PlacementCase) -> list[Placement]:
    """Every placement looked at, the best first."""
    sized = _sized(case)
    return [_document(plan, sized, search=False) for plan in _plans(sized)]


def beyond_memory(hardware: HardwareProfile, weights: Weights, backend: str) -> bool:
    """Whether the layers alone are larger than all memory of all nodes together, so that no plan fits and
    none need be made; False where a memory that a plan may rest on is not known."""
    cards = [gpu.memory_total_bytes or gpu.memory_free_bytes for gpu in hardware.gpus]
    main = main_memory_available(hardware)
    if None in cards or (main is None and (backend == "cpu" or not cards)):
        return False
    held = sum(size for size in cards if size) + max(main or 0, 0)
    total = weights.total_bytes.value
    outside = weights.embedding_bytes + weights.output_bytes + weights.other_bytes
    return total - outside > held * max(1, hardware.nodes)


def _document(plan: Plan, sized: CaseBytes, search: bool) -> Placement:
    """*plan* as answered; refused where llama.cpp cannot create such a cache."""
    case, work = sized.case, sized.work
    placement = plan.document(work, case.context_tokens, case.concurrency, search)
    reason = (
        unusable_cache(case.model, case.kv_type, work.params.flash_attn) if sized.engine.reads_gguf else ""
    )
    if not reason:
        return placement
    return replace(placement, fits=False, binding=reason, max_context_tokens=0, max_concurrency=0)


_workspace = lru_cache(maxsize=512)(Workspace)
"""Kept per model and cache: the growing parts are the same under every scheme."""


def _sized(case: PlacementCase) -> CaseBytes:
    activation = serving_activation_bytes(case.model) if case.served else None
    work = _workspace(case.model, case.params._replace(context_tokens=0, n_seq=0), activation)
    return CaseBytes(case, LayerShares(case.model, case.weights, work.layout), work)


def _plans(sized: CaseBytes) -> list[Plan]:
    """All plans, the best first."""
    parts, nodes = sized.parts, nodes_joined(sized)
    over_network = joins_nodes(sized.case.hardware)

    def served_rank(plan: Plan) -> tuple[float, ...]:
        if plan.fits(parts):
            together = plan.tensor_parallel * plan.data_parallel
            stages = plan.pipeline_parallel
            return 0, over_network and plan.n_gpus > 1, -together, stages < nodes, plan.data_parallel, stages
        return 1, plan.miss(parts), plan.n_gpus

    def local_rank(plan: Plan) -> tuple[float, ...]:
        if plan.fits(parts):
            return 0, plan.unknown() is not None, plan.slow_bytes, plan.n_gpus
        return 1, False, plan.miss(parts), plan.n_gpus

    plans = serving_plans(sized) if sized.case.served else local_plans(sized)
    return sorted(with_lookup(plans, sized.shares), key=served_rank if sized.case.served else local_rank)
