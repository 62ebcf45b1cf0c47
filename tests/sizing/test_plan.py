"""One plan before its context is fixed: what devices hold, whether it fits, and how far it grows."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.sizing.buffers import compute_bytes, mask_copies_bytes
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import kv_cache_bytes
from advisor.sizing.plan import (
    KEPT_PARTS,
    Growing,
    Plan,
    Slot,
    Workspace,
    largest_concurrency,
    largest_context,
)

MODEL = find_model("Qwen3-8B")
GIB = 1 << 30


def workspace() -> Workspace:
    """Of Qwen3-8B with sixteen bits of cache."""
    return Workspace(MODEL, ContextParams(0))


def plan(available_bytes: int | None, weights_bytes: int = 5 * GIB) -> Plan:
    """All of the model on one device."""
    slot = Slot("GPU 0", weights_bytes, (1.0, 0.0), available_bytes=available_bytes)
    return Plan("gpu", [slot], n_gpus=1, n_layers=36)


def test_the_growing_parts_are_the_upper_bounds_of_the_rules() -> None:
    """Cache, compute buffer and masks as the rules for each give them."""
    params, parts = ContextParams(8192, 2), workspace().parts(8192, 2)
    assert kv_cache_bytes(MODEL, params).high == sum(parts.kv)
    assert compute_bytes(MODEL, params).high == parts.graph
    assert mask_copies_bytes(workspace().layout, params, 2) == parts.masks


def test_what_is_remembered_is_bounded_and_changes_nothing() -> None:
    """Ten thousand lengths leave a few hundred, and the first is answered as before."""
    work = workspace()
    before = work.parts(1, 1)
    for tokens in range(1, 10_000):
        work.parts(tokens, 1)
    assert (len(work._known) <= KEPT_PARTS, before) == (True, work.parts(1, 1))


def test_a_serving_engine_has_its_own_peak() -> None:
    """Activations in place of llama.cpp's buffers, whatever the context."""
    work = Workspace(MODEL, ContextParams(0, paged=True), 2 * GIB)
    assert [(2.0 * GIB, 0.0, 0.0)] * 2 == [
        (parts.graph, parts.host, parts.masks) for parts in (work.parts(2048, 1), work.parts(65536, 8))
    ]


def test_a_device_needs_its_share_of_every_part() -> None:
    """Weights, overhead, its part of the cache, the buffers it holds."""
    slot = Slot("GPU", 1000, (0.5, 0.0), graph=1.0, masks=2.0, host=True, overhead_bytes=100)
    assert 1000 + 100 + 50 + 10 + 2 * 3 + 5 == slot.need(Growing((100.0, 7.0), 10.0, 5.0, 3.0))


@pytest.mark.parametrize(
    ("available", "fits", "said"),
    [
        (24 * GIB, True, "GPU 0 is the fullest"),
        (4 * GIB, False, "GPU 0 misses"),
        (None, False, "memory of GPU 0 unknown"),
    ],
)
def test_what_binds_is_said(available: int | None, fits: bool, said: str) -> None:
    """The fullest device, the one that is short, or the one whose memory nobody knows."""
    one, parts = plan(available), workspace().parts(8192, 1)
    assert (fits, True) == (one.fits(parts), one.binding(parts).startswith(said))


def test_unknown_memory_is_assumed_to_do_where_nothing_else_is_there() -> None:
    """The plan is answered, in doubt."""
    one, work = plan(None), workspace()
    one.assume_unknown_fits = True
    found = one.document(work, 8192, 1, search=True)
    assert (True, "extrapolated", None) == (found.fits, found.basis, found.max_context_tokens)


def test_one_step_beyond_the_largest_does_not_fit() -> None:
    """Of context in steps of 256 tokens, and of requests."""
    one, work = plan(8 * GIB), workspace()
    context, requests = largest_context(one, work, 1), largest_concurrency(one, work, 4096)
    assert [True, False] == [one.fits(work.parts(context + more, 1)) for more in (0, 256)]
    assert [True, False] == [one.fits(work.parts(4096, requests + more)) for more in (0, 1)]


def test_a_card_larger_than_the_model_reads_holds_all_of_its_context() -> None:
    """The search ends at what the model was trained for."""
    assert MODEL.context_length == largest_context(plan(1 << 50), workspace(), 1)


def test_a_refused_plan_never_fits() -> None:
    """However much memory there is."""
    one = plan(1 << 50)
    one.refused = "vllm cannot load it"
    parts = workspace().parts(256, 1)
    assert (False, "vllm cannot load it") == (one.fits(parts), one.binding(parts))
