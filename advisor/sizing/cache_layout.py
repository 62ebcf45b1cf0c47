"""What each layer of a model keeps per token and per sequence: the shape behind the KV cache."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from advisor.documents.model import ModelProfile
from advisor.sizing.recurrent import CONV_KERNEL, number_in, state_values

# Architectures whose sliding window llama.cpp honours (its `set_swa_pattern` calls in src/llama-model.cpp,
# https://github.com/ggml-org/llama.cpp). Mistral-7B-v0.1, Ministral-8B, Phi-3 and StarCoder2 have a window
# in their config.json, but llama.cpp keeps the whole context for them: measured, phi-3-mini allocates
# 2048x32 cells.
_WINDOWED_IN_LLAMACPP = (
    "gemma2",
    "gemma3",
    "gemma4",
    "gptoss",
    "cohere2",
    "olmo3",
    "exaone4",
    "exaonemoe",
    "llama4",
    "afmoe",
    "mimov2",
    "step3",
)
# A full-attention layer comes first in each period here, last everywhere else (llama.cpp `dense_first`).
_FULL_LAYER_FIRST = ("step3",)
_DEFAULT_FULL_EVERY = {"gemma2": 2, "gptoss": 2, "gemma3n": 5, "gemma3": 6}
# Layers at the end that read the cache of earlier layers and keep none (`num_kv_shared_layers` of
# config.json: https://docs.nvidia.com/nemo/megatron-bridge for Gemma-4-E4B,
# huggingface.co/google/gemma-3n-E4B-it/config.json).
_SHARED_KV_LAYERS = {("gemma3n", 30): 10, ("gemma3n", 35): 15, ("gemma4", 35): 20, ("gemma4", 42): 18}
# Key width of the sparse-attention indexer, one vector per token and layer (`index_head_dim` of
# huggingface.co/deepseek-ai/DeepSeek-V3.2-Exp/config.json); stored beside the latent.
_INDEXER_DIM = 128
F32_BYTES = 4
"""llama.cpp keeps recurrent states in F32 (rs buffers of Qwen3-Next logs: 75.38 MiB for 36 layers)."""


@dataclass(frozen=True, slots=True)
class LayerGroup:
    """Layers with the same cache row: `k_values` + `v_values` numbers per token, at most `window` tokens."""

    count: int
    k_values: int
    v_values: int
    window: int | None = None
    windowed_in_llamacpp: bool = True


@dataclass(frozen=True, slots=True)
class CacheLayout:
    """All layers of a model, and the recurrent state of one sequence."""

    groups: tuple[LayerGroup, ...]
    state_bytes: float = 0.0
    """Recurrent state per sequence, all layers, F32."""
    low_factor: float = 1.0
    high_factor: float = 1.0
    basis: str = "exact"
    evidence: tuple[str, ...] = ()
    mla: bool = False


@lru_cache(maxsize=4096)
def cache_layout(model: ModelProfile) -> CacheLayout:
    """The layout of *model*, computed once per model.

    Never raises: without shapes it comes from catalogue models of similar size, with a wide interval.
    """
    return _build(model)


def architecture_key(model: ModelProfile) -> str:
    """The architecture without its class suffix: `Gemma3ForCausalLM` and `gemma3` both give `gemma3`."""
    return _plain(model.architecture or str(model.metadata.get("general.architecture", "")))


@cache
def _plain(name: str) -> str:
    name = re.sub(r"For(CausalLM|ConditionalGeneration)$", "", name)
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _build(model: ModelProfile) -> CacheLayout:
    arch = architecture_key(model)
    head_dim = model.head_dim
    if head_dim is None and model.hidden_size and model.n_heads:
        head_dim = model.hidden_size // model.n_heads
    kv_heads = model.n_kv_heads or model.n_heads
    if not model.n_layers or (not model.mla_kv_lora_rank and not (kv_heads and head_dim)):
        return _from_similar_models(model)
    n_layers = int(model.n_layers)
    if model.mla_kv_lora_rank:
        return _latent(model, arch, n_layers)
    if model.attention == "mla":
        return _latent(model, arch, n_layers)
    kv_heads, head_dim = int(kv_heads), int(head_dim)
    if arch.startswith("deepseekv4"):
        return _compressed(model, n_layers, kv_heads, head_dim)
    if model.attention == "hybrid" or model.linear_attention_layers or model.ssm_state_size:
        return _hybrid(model, arch, n_layers, kv_heads, head_dim)
    if model.sliding_window and model.sliding_pattern != "1:0":
        return _windowed(model, arch, n_layers, kv_heads, head_dim)
    row = kv_heads * head_dim
    if arch.startswith("deci"):
        return CacheLayout(
            (LayerGroup(n_layers, row, row),),
            low_factor=0.5,
            basis="interpolated",
            evidence=("per-layer attention unknown: every layer counted, some have none",),
        )
    return CacheLayout(
        (LayerGroup(n_layers, row, row),), evidence=(f"{n_layers} layers x {row} K and V values",)
    )


def _latent(model: ModelProfile, arch: str, n_layers: int) -> CacheLayout:
    """Multi-head latent attention: K only, the compressed vector and its rotary part."""
    known = bool(model.mla_kv_lora_rank and model.mla_rope_dim)
    # 512 + 64 in every published MLA model (DeepSeek-V2/V3, Kimi-K2, GLM-4.7-Flash, Mistral-Large-3 configs).
    row = int(model.mla_kv_lora_rank or 512) + int(model.mla_rope_dim or 64)
    # Sparse attention keeps one indexer key per token and layer where an engine runs it sparsely;
    # ik_llama.cpp does not (GLM-5.1 log: 43.88 MiB for 78 layers x 512 tokens x 576 values).
    sparse = arch.startswith(("deepseekv32", "glmmoedsa"))
    recurrent = int(model.linear_attention_layers or 0)
    group = LayerGroup(n_layers - recurrent, row, 0)
    state = 0.0
    if recurrent:
        # Kimi Delta Attention: a head_dim x head_dim state per head, and q, k, v convolutions.
        heads, dim = int(model.n_heads or 32), int(model.head_dim or 128)
        state = recurrent * heads * (dim * dim + 3 * (CONV_KERNEL - 1) * dim) * F32_BYTES
    return CacheLayout(
        (group,),
        state_bytes=state,
        high_factor=(row + _INDEXER_DIM) / row if sparse else 1.0,
        basis="exact" if known and not sparse and not recurrent else "interpolated",
        mla=True,
        evidence=(f"latent attention: {row} K values per token and layer, no V",),
    )


def _compressed(model: ModelProfile, n_layers: int, kv_heads: int, head_dim: int) -> CacheLayout:
    """Compressed sparse attention whose ratios are not in the catalogue: every token of one shared vector."""
    return CacheLayout(
        (LayerGroup(n_layers, kv_heads * head_dim, 0),),
        low_factor=0.02,
        basis="extrapolated",
        evidence=("compressed attention of unknown ratio: counted uncompressed",),
    )


def _windowed(model: ModelProfile, arch: str, n_layers: int, kv_heads: int, head_dim: int) -> CacheLayout:
    """Sliding-window layers with a full-attention layer every few."""
    honoured = arch.startswith(_WINDOWED_IN_LLAMACPP)
    shared = int(model.metadata.get(f"{arch}.attention.shared_kv_layers", 0) or 0)
    shared = (
        shared
        or _SHARED_KV_LAYERS.get((arch[:7], n_layers), 0)
        or _SHARED_KV_LAYERS.get((arch[:6], n_layers), 0)
    )
    kept = n_layers - shared
    full = sum(1 for index in range(kept) if is_full_layer(arch, model.sliding_pattern, index, n_layers))
    full_heads, full_dim, evidence, basis = kv_heads, head_dim, "", "exact"
    if arch.startswith("gemma4"):
        text = model.extra or ""
        # huggingface.co/google/gemma-4-31B-it/config.json: global_head_dim 512 in the whole family.
        full_dim = int(number_in(r"global_head_dim (\d+)", text) or 512)
        full_heads = int(number_in(r"global kv heads (\d+)", text) or kv_heads)
        if "global kv heads unknown" in text:
            basis, evidence = "interpolated", "; global KV heads unknown, the sliding layers' count assumed"
    k_dim = v_dim = head_dim
    sliding_heads = kv_heads
    if arch.startswith("mimov2"):
        # huggingface.co/XiaomiMiMo/MiMo-V2-Flash/config.json: V heads of 128, 8 KV heads in sliding layers.
        v_dim, sliding_heads, basis = 128, 8, "interpolated"
        full_dim = head_dim
    groups = (
        LayerGroup(full, full_heads * full_dim, full_heads * (v_dim if v_dim != head_dim else full_dim)),
        LayerGroup(
            kept - full,
            sliding_heads * k_dim,
            sliding_heads * v_dim,
            int(model.sliding_window),
            windowed_in_llamacpp=honoured,
        ),
    )
    note = f"{full} full and {kept - full} sliding layers, window {int(model.sliding_window)}{evidence}"
    if not honoured:
        note += "; llama.cpp keeps the whole context for this architecture"
    return CacheLayout(tuple(g for g in groups if g.count), basis=basis, evidence=(note,))


def is_full_layer(arch: str, pattern: str | None, index: int, n_layers: int) -> bool:
    """Whether layer *index* attends to the whole context."""
    if arch.startswith("mimov2"):
        return index == 0 or index == n_layers - 1 or index % 6 == 5
    if pattern and ":" in pattern:
        full, sliding = (int(part) for part in pattern.split(":"))
        if not full:
            return False
        every = (full + sliding) // full
    else:
        every = next((n for name, n in _DEFAULT_FULL_EVERY.items() if arch.startswith(name)), 1)
    position = 0 if arch.startswith(_FULL_LAYER_FIRST) else every - 1
    return index % every == position


def _hybrid(model: ModelProfile, arch: str, n_layers: int, kv_heads: int, head_dim: int) -> CacheLayout:
    """Attention in some layers, a recurrent state in others."""
    text = model.extra or ""
    counts = re.search(r"hybrid M(\d+) A(\d+)", text)
    recurrent = int(counts[1]) if counts else int(model.linear_attention_layers or 0)
    if arch.startswith("falconh1"):
        recurrent, attention = n_layers, n_layers
    elif counts:
        attention = int(counts[2])
    elif arch.startswith("nemotronh") and not recurrent:
        # The three published Nemotron-H hybrids have one attention layer in 9 to 14, and as many Mamba layers
        # as feed-forward ones; one in 8 errs high.
        recurrent, attention = n_layers // 2, -(-n_layers // 8)
    else:
        attention = n_layers - recurrent
    row = kv_heads * head_dim
    group = LayerGroup(attention, row, row)
    if not recurrent:
        return CacheLayout(
            (group,),
            low_factor=0.25,
            basis="extrapolated",
            evidence=("number of recurrent layers unknown: all counted as attention",),
        )
    per_layer, exact = state_values(model, arch, text)
    note = (
        f"{attention} attention layers, {recurrent} recurrent ones with {per_layer * 4 / 2**20:.3g} MiB each"
    )
    guessed = arch.startswith("nemotronh") and not counts
    return CacheLayout(
        (group,),
        state_bytes=recurrent * per_layer * F32_BYTES,
        low_factor=1.0 if exact and not guessed else 0.5,
        basis="exact" if exact and not guessed else "interpolated",
        evidence=(note,),
    )


def _from_similar_models(model: ModelProfile) -> CacheLayout:
    """Shapes unknown: K and V values per token of catalogue models within a factor 1.6 of the size.

    Families step by about 1.6 squared (3B, 8B, 14B, 32B, 70B), so that one neighbour at least is near; that
    and 8B for a model of no stated size are judgements.
    """
    from advisor.catalog.models import all_models

    size = float(model.n_params or 8e9)
    rows = []
    for other in all_models():
        if not (
            other.n_params
            and other.n_layers
            and other.head_dim
            and (other.n_kv_heads or other.mla_kv_lora_rank)
        ):
            continue
        if size / 1.6 <= other.n_params <= size * 1.6:
            layout = _build(other)
            rows.append(sum(g.count * (g.k_values + g.v_values) for g in layout.groups))
    if not rows:
        # Nothing of that size: layers and width of a Llama-like model, n = 12 x layers x width^2 (arXiv
        # 2001.08361) with width = 128 x layers and one KV head in four.
        layers = max(1, round((size / (12 * 128**2)) ** (1 / 3)))
        rows = [2 * layers * layers * 128 // 4]
    rows.sort()
    middle = rows[len(rows) // 2]
    count = max(1, int(model.n_layers or 32))
    half = max(1, middle // 2 // count)
    value = 2 * half * count
    return CacheLayout(
        (LayerGroup(count, half, half),),
        low_factor=rows[0] / value,
        high_factor=max(rows[-1] / value, 1.0),
        basis="interpolated",
        evidence=(f"layers and heads unknown: {len(rows)} catalogue models within a factor 1.6 of its size",),
    )
