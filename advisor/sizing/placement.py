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
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.documents.scheme import SchemeProfile
from advisor.engines import facts
from advisor.sizing.kv_cache import unusable_cache
from advisor.sizing.local_plan import Request, local_plans
from advisor.sizing.overheads import FLASH_ATTENTION_BACKENDS, serving_activation_bytes
from advisor.sizing.parts import Weights
from advisor.sizing.plan import Plan, Workspace, with_lookup
from advisor.sizing.serving_plan import serving_plans
from advisor.sizing.shares import LayerShares


def place(
    hardware: HardwareProfile,
    model: ModelProfile,
    weights: Weights,
    scheme: SchemeProfile,
    engine: str,
    backend: str,
    context_tokens: int,
    concurrency: int,
    kv_type: str,
    gpu_layers: int | None = None,
    cpu_expert_layers: int | None = None,
) -> Placement:
    """The best placement: the fewest bytes read over slow memory for each token, then the fewest devices.

    *context_tokens* is per request; the cache holds context x concurrency. *gpu_layers*: 0 = CPU only, None
    = choose, negative or more than the model has = all; *cpu_expert_layers*: the experts of so many layers
    in main memory, None = choose. Never raises for what does not fit: `fits` is False
    and `binding` says by how much. Raises UsageError for an unknown KV type.
    """
    plans, work = _plans(
        hardware,
        model,
        weights,
        scheme,
        engine,
        backend,
        context_tokens,
        concurrency,
        kv_type,
        gpu_layers,
        cpu_expert_layers,
    )
    return _checked(plans[0].document(work, context_tokens, concurrency, search=True), work, engine)


def candidates(
    hardware: HardwareProfile,
    model: ModelProfile,
    weights: Weights,
    scheme: SchemeProfile,
    engine: str,
    backend: str,
    context_tokens: int,
    concurrency: int,
    kv_type: str,
    gpu_layers: int | None = None,
) -> list[Placement]:
    """Every placement looked at, the best first; arguments as for `place`."""
    plans, work = _plans(
        hardware, model, weights, scheme, engine, backend, context_tokens, concurrency, kv_type, gpu_layers
    )
    return [
        _checked(plan.document(work, context_tokens, concurrency, search=False), work, engine)
        for plan in plans
    ]


def _checked(placement: Placement, work: Workspace, engine: str) -> Placement:
    """*placement*, or the same refused because llama.cpp cannot create such a cache."""
    reason = unusable_cache(work.model, work.kv_type, work.flash_attn) if facts(engine).reads_gguf else ""
    if not reason:
        return placement
    return replace(placement, fits=False, binding=reason, max_context_tokens=0, max_concurrency=0)


_workspace = lru_cache(maxsize=512)(Workspace)
"""Kept per model and cache: the growing parts are the same under every scheme."""


def _plans(
    hardware: HardwareProfile,
    model: ModelProfile,
    weights: Weights,
    scheme: SchemeProfile,
    engine: str,
    backend: str,
    context_tokens: int,
    concurrency: int,
    kv_type: str,
    gpu_layers: int | None,
    cpu_expert_layers: int | None = None,
) -> tuple[list[Plan], Workspace]:
    """All plans, the best first."""
    paged = facts(engine).paged
    serving = paged and bool(hardware.gpus) and backend != "cpu"
    activation = serving_activation_bytes(model) if serving else None
    work = _workspace(model, kv_type, paged, activation, backend in FLASH_ATTENTION_BACKENDS)
    shares = LayerShares(model, weights, work.layout)
    parts = work.parts(context_tokens, concurrency)
    if serving:
        plans = serving_plans(hardware, model, scheme, shares, work.layout, facts(engine))
        plans = with_lookup(plans, shares)
        plans.sort(
            key=lambda p: (
                (0, -p.tensor_parallel, p.pipeline_parallel)
                if p.fits(parts)
                else (1, p.miss(parts), p.n_gpus)
            )
        )
        return plans, work
    request = Request(hardware, shares, work, engine, backend, context_tokens, concurrency)
    plans = with_lookup(local_plans(request, gpu_layers, cpu_expert_layers), shares)
    plans.sort(
        key=lambda p: (
            (0, p.unknown() is not None, p.slow_bytes, p.n_gpus)
            if p.fits(parts)
            else (1, False, p.miss(parts), p.n_gpus)
        )
    )
    return plans, work
