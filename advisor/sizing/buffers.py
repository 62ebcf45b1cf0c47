"""Compute and output buffers of llama.cpp's graph: the scratch memory beside weights and KV cache.

The rules are fitted on 841 dry runs of the engine (`llama_init_from_model` with `no_alloc`, CPU backend) of
49 model shapes; the graph allocator reuses memory, so the buffer is the largest of three moments of the
graph, not their sum.
"""

from __future__ import annotations

from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.engines.kv_types import FLOATS
from advisor.sizing.cache_layout import CacheLayout, cache_layout
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import cells, kv_types
from advisor.sizing.layers import USUAL_WIDTH, architecture_key

_LARGE_VOCABULARY = 152064
"""Where a model's own is unknown: Qwen's, among the large ones, so that the buffer errs high."""
_LATENT, _ROPE, _NOPE, _VALUE = 512, 64, 128, 128
"""Where a model with latent attention states none: DeepSeek-V2's and -V3's (config.json of both)."""
_F32, _MASK = 4, 2
_MASK_BESIDE, _MASK_BOTH = 3, 6
"""Bytes of a mask cell that may lie beside the logits (fitted: 2.8), and of one kept in F32 and F16."""
_ATTENTION_SLACK = 1.06
"""Largest excess of a dry run over `_attention_values` (OLMo-2 to Llama-3.1-70B: 0.80 to 1.03)."""
_EXPERT_ROWS = 4.3
"""Rows of the hidden state beside one per used expert at the same moment (fitted: 4.0 to 4.2)."""
HIGH_FACTOR = 1.21
"""What placement plans with: no dry run of a dense model exceeds the rule by more than 18.8 % (phi-3-mini,
four sequences); `advisor evaluate memory` prints the largest miss."""


def compute_bytes(model: ModelProfile, params: ContextParams) -> Estimate:
    """Bytes of the largest device's compute buffer; `high` holds in every dry run."""
    layout = cache_layout(model)
    value = raw_compute_bytes(model, layout, params)
    high = compute_bound(model, layout, params, value)
    known = model.hidden_size and model.vocab_size and layout.basis == "exact"
    evidence = "fitted on 841 dry runs of llama.cpp" if known else "shapes unknown: a common width assumed"
    return Estimate(
        value=value, low=value / HIGH_FACTOR, high=high, basis="interpolated", evidence=(evidence,)
    )


def compute_bound(model: ModelProfile, layout: CacheLayout, params: ContextParams, value: float) -> float:
    """Upper bound of the compute buffer whose rule gives *value*: no dry run of 60 architectures lies above.

    The allocator sometimes keeps the output of every used expert until the logits (Hunyuan-A13B,
    Trinity-Mini), and two masks beside recurrent layers. Some builds hold each attention mask in F32 and F16
    (the one in cyllama 0.2.18 does, commit 0c1e57098 does not), which decides from 100 k tokens on.
    """
    high, ubatch = value * HIGH_FACTOR, params.ubatch_tokens
    if model.is_moe:
        alive = (int(model.n_experts_used or 1) + _EXPERT_ROWS) * int(model.hidden_size or USUAL_WIDTH)
        vocab = int(model.vocab_size or _LARGE_VOCABULARY)
        high = max(high, _F32 * (params.output_rows * vocab + ubatch * alive))
    mask_cells = sum(cells(group, params) // params.streams for group in layout.groups)
    high = max(
        high,
        value + ubatch * _MASK_BESIDE * mask_cells,
        ubatch * (_MASK_BOTH * mask_cells + _F32 * _ATTENTION_SLACK * _attention_values(model, layout)),
    )
    if layout.state_bytes:
        high += mask_copies_bytes(layout, params, 2)
    return high


def raw_compute_bytes(model: ModelProfile, layout: CacheLayout, params: ContextParams) -> float:
    """The point value behind `compute_bytes`; cheap enough to search with."""
    width, ubatch = int(model.hidden_size or USUAL_WIDTH), params.ubatch_tokens
    vocab = int(model.vocab_size or _LARGE_VOCABULARY)
    quantized = any(kind not in FLOATS for kind in kv_types(params.kv_type))
    mask_bytes, longest = 0, 0
    for group in layout.groups:
        per_stream = cells(group, params) // params.streams
        mask_bytes += _MASK * per_stream * ubatch
        longest = max(longest, per_stream)
    # A quantized cache keeps one more copy of the hidden state alive while the logits are computed.
    kept = 3 if quantized and params.flash_attn else 2
    logits = _F32 * (params.output_rows * vocab + ubatch * (kept * width + _logit_extra(model, layout)))
    feed_forward = _F32 * ubatch * _ffn_values(model, width, quantized and params.flash_attn)
    best = max(logits, feed_forward + mask_bytes)
    if layout.mla:
        best = max(best, _F32 * ubatch * _attention_values(model, layout))
    if not params.flash_attn:
        if layout.mla:
            best += _MASK * longest * int(model.mla_kv_lora_rank or _LATENT)
        best = max(best, _F32 * ubatch * _score_values(model, layout, params, longest))
    return float(best)


def _score_values(model: ModelProfile, layout: CacheLayout, params: ContextParams, cells_seen: int) -> int:
    """F32 numbers per token alive beside the attention scores, which flash attention never stores."""
    width, heads = int(model.hidden_size or USUAL_WIDTH), int(model.n_heads or 1)
    q_width = heads * int(model.head_dim or width // heads)
    kv_width = int(model.n_kv_heads or heads) * int(model.head_dim or width // heads)
    if layout.mla:
        rank = int(model.mla_kv_lora_rank or _LATENT)
        q_width, kv_width = heads * (rank + _ROPE), rank
    hidden = 3 if kv_types(params.kv_type)[0] in FLOATS else 2
    return cells_seen * (heads + 1) + hidden * width + 2 * q_width + 2 * kv_width


def _attention_values(model: ModelProfile, layout: CacheLayout) -> int:
    """F32 numbers per token alive in the middle of an attention block with flash attention."""
    width, heads = int(model.hidden_size or USUAL_WIDTH), int(model.n_heads or 1)
    if not layout.mla:
        return 3 * width + 2 * heads * int(model.head_dim or width // heads)
    # Every head's query, absorbed query, output in the latent space and value, beside the hidden state.
    rank, rope = int(model.mla_kv_lora_rank or _LATENT), int(model.mla_rope_dim or _ROPE)
    head = 2 * rank + 2 * rope + int(model.mla_nope_dim or _NOPE) + int(model.mla_v_dim or _VALUE)
    return heads * head + 3 * width + int(model.mla_q_lora_rank or 0)


def _ffn_values(model: ModelProfile, width: int, quantized: bool) -> int:
    """F32 numbers per token alive in the middle of a feed-forward block."""
    inner = int(model.intermediate_size or 4 * width)
    if not model.is_moe:
        return 3 * inner + (3 if quantized else 4) * width
    used, expert = int(model.n_experts_used or 1), int(model.moe_intermediate_size or inner)
    return max(
        3 * used * expert + (3 if quantized else 4) * width, 2 * used * width + used * expert + 3 * width
    )


def _logit_extra(model: ModelProfile, layout: CacheLayout) -> int:
    """Numbers per token that outlive their block until the logits in two architectures (fitted); what a model
    leaves unstated is as in gpt-oss-20b and DeepSeek-V2-Lite."""
    arch = architecture_key(model)
    if arch.startswith("gptoss"):
        return (
            int(model.n_experts_used or 4) * int(model.moe_intermediate_size or 2880)
            + int(model.n_heads or 64) * 64
        )
    if arch.startswith("deepseekv2"):
        return (int(model.n_experts_used or 6) + 2) * int(model.hidden_size or 2048)
    if layout.mla:
        return 2 * int(model.hidden_size or USUAL_WIDTH)
    return 0


def mask_copies_bytes(layout: CacheLayout, params: ContextParams, copies: int) -> int:
    """Attention masks a GPU backend may hold beside the rule: *copies* of the longest one.

    Sources: Vulkan logs of Qwen3.6-35B-A3B grow by two masks; a layer split over several GPUs keeps four
    copies of the inputs (`GGML_SCHED_MAX_COPIES` 4, ggml/CMakeLists.txt).
    """
    longest = max((cells(group, params) for group in layout.groups), default=0) // params.streams
    return copies * _MASK * longest * params.ubatch_tokens


def output_bytes(model: ModelProfile, n_seq: int) -> int:
    """The host buffer of logits: one F32 row of the vocabulary per sequence (0.49 MiB for Llama-3)."""
    return _F32 * int(model.vocab_size or _LARGE_VOCABULARY) * max(1, n_seq)
