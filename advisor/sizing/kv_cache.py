"""Bytes of the KV cache, as the engine allocates it and as one decoded token reads it."""

from __future__ import annotations

from functools import cache

from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.engines.kv_types import BLOCK_VALUES, BYTES_PER_VALUE, FLOATS
from advisor.errors import UsageError
from advisor.sizing.cache_layout import CacheLayout, LayerGroup, cache_layout
from advisor.sizing.context_params import ContextParams

_PAD_CELLS = 256
"""llama.cpp rounds the cells of a sequence up to this (measured; `GGML_PAD(n_ctx_seq, 256)` in
llama-context.cpp)."""
PAGE_TOKENS = 16
"""Tokens in a page of a paged cache: vLLM's default block size (vllm/config/cache.py)."""
BATCHED_TOKENS = 8192
"""Most prompt tokens in one step, whose keys outlive the window until it ends: vLLM's
`max_num_batched_tokens` default for its server on 80 GB cards (vllm/engine/arg_utils.py); smaller
elsewhere, so it errs high."""


@cache
def kv_types(kv_type: str) -> tuple[str, str]:
    """K and V type of `q8_0` (both) or `q8_0/q4_0` (K, then V); `auto` is f16.

    Raises UsageError for a type no engine has.
    """
    parts = [part.strip().lower() for part in kv_type.replace(",", "/").split("/")]
    parts = ["f16" if part in ("auto", "") else part for part in parts]
    for part in parts:
        if part not in BYTES_PER_VALUE:
            raise UsageError(f"unknown KV cache type {part!r}; one of {', '.join(BYTES_PER_VALUE)}")
    return parts[0], parts[-1]


def unusable_cache(model: ModelProfile, kv_type: str, flash_attn: bool = True) -> str:
    """Why llama.cpp cannot create this cache; empty when it can.

    Rules as its context creation enforces them (dry runs: EXAONE-3.5-2.4B with heads of 80 fails with q8_0).
    """
    k_type, v_type = kv_types(kv_type)
    layout = cache_layout(model)
    if layout.mla and k_type != v_type:
        return f"latent attention keeps one cache: K and V cannot be {k_type} and {v_type}"
    blocks = [kind for kind in (k_type, v_type) if kind not in FLOATS]
    if blocks and not layout.mla and model.head_dim and model.head_dim % BLOCK_VALUES:
        block = f"the blocks of {BLOCK_VALUES} of a {blocks[0]} cache"
        return f"heads of {model.head_dim} do not divide into {block}"
    if v_type not in FLOATS and not flash_attn:
        return f"a {v_type} V cache needs flash attention, which this backend lacks"
    return ""


def cells(group: LayerGroup, params: ContextParams) -> int:
    """Cells llama.cpp allocates for one layer of *group*, all sequences together."""
    entries = -(-params.context_tokens // group.stride)
    per_stream = -(-entries // _PAD_CELLS) * _PAD_CELLS
    streams = params.streams
    sequences = params.n_seq // streams
    per_stream *= sequences
    if group.window is None or params.swa_full or not group.windowed_in_llamacpp:
        return per_stream * streams
    needed = group.window * sequences + params.ubatch_tokens
    return min(per_stream, -(-needed // _PAD_CELLS) * _PAD_CELLS) * streams


def paged_tokens(group: LayerGroup, context_tokens: int, n_seq: int) -> int:
    """Tokens a paged cache (vLLM and the like) must hold for one layer of *group*."""
    entries = -(-context_tokens // group.stride)
    pages = -(-entries // PAGE_TOKENS) * PAGE_TOKENS
    if group.window is None or pages <= group.window:
        return pages * n_seq
    kept = min(pages, -(-group.window // PAGE_TOKENS) * PAGE_TOKENS + PAGE_TOKENS)
    return min(pages * n_seq, kept * n_seq + BATCHED_TOKENS)


def kv_cache_bytes(model: ModelProfile, params: ContextParams) -> Estimate:
    """Bytes allocated for `params.n_seq` sequences of `params.context_tokens` tokens each, recurrent states
    included.

    Exact when the layers are known (within print rounding of all llama.cpp logs), an interval otherwise.
    Raises UsageError for an unknown KV type.
    """
    layout = cache_layout(model)
    value = sum(kv_parts_bytes(layout, params))
    return Estimate(
        value=value,
        low=value * layout.low_factor,
        high=value * layout.high_factor,
        basis=layout.basis,
        evidence=layout.evidence,
    )


def kv_parts_bytes(layout: CacheLayout, params: ContextParams) -> tuple[float, ...]:
    """Bytes of each group of layers and, last, of the recurrent states, in the order of
    `CacheLayout.shares`."""
    k_type, v_type = kv_types(params.kv_type)
    k_bytes, v_bytes = BYTES_PER_VALUE[k_type], BYTES_PER_VALUE[v_type]
    parts = []
    for group in layout.groups:
        held = (
            paged_tokens(group, params.context_tokens, params.n_seq) if params.paged else cells(group, params)
        )
        parts.append(group.count * held * group_row_bytes(group, k_bytes, v_bytes))
    return (*parts, layout.state_bytes * params.n_seq)


def group_row_bytes(group: LayerGroup, k_bytes: float, v_bytes: float) -> float:
    """Bytes of one token in one layer."""
    return group.k_values * k_bytes + group.v_values * v_bytes


def kv_bytes_per_token_read(model: ModelProfile, depth: int, kv_type: str) -> float:
    """Bytes of cache read to decode ONE token at *depth*, all layers.

    Sliding layers read their window at most, in every engine (the mask hides the rest); recurrent layers read
    their whole state.
    """
    layout = cache_layout(model)
    k_type, v_type = kv_types(kv_type)
    k_bytes, v_bytes = BYTES_PER_VALUE[k_type], BYTES_PER_VALUE[v_type]
    total = layout.state_bytes
    for group in layout.groups:
        seen = depth / group.stride if group.window is None else min(depth, group.window)
        total += group.count * seen * group_row_bytes(group, k_bytes, v_bytes)
    return total
