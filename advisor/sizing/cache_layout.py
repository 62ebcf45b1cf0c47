"""What each layer of a model keeps per token and per sequence: the shape behind the KV cache."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.layer_kinds import COMPRESSED, CROSS, NONE, SLIDING
from advisor.documents.kinds import Basis
from advisor.documents.model import ModelProfile
from advisor.sizing.layers import (
    RECURRENT,
    Kinds,
    architecture_key,
    attends,
    compressed_ratio,
    heads_of,
    kinds,
    shared_cache_layers,
)
from advisor.sizing.recurrent import F32_BYTES, state_values

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
# Key width of the sparse-attention indexer, one vector per token and layer (`index_head_dim` of
# huggingface.co/deepseek-ai/DeepSeek-V3.2-Exp/config.json); stored beside the latent.
_INDEXER_DIM = 128
_LATENT_WIDTHS = (512, 64)
"""Latent and rotary width where nobody states them: those of DeepSeek-V2/V3, Kimi-K2, GLM-4.7-Flash and
Mistral-Large-3 (their config.json)."""
_COMPRESSED_UNKNOWN_LOW = 0.02
"""Least share of the uncompressed cache a compressed one keeps: one entry per 128 tokens, and the window."""

UNKNOWN_LAYERS = 32
"""Layers assumed when nobody states them: the most frequent count of the model catalogue."""


@dataclass(frozen=True, slots=True)
class LayerGroup:
    """Layers with the same cache row: `k_values` + `v_values` numbers per entry, one entry per `stride`
    tokens, at most `window` tokens."""

    layers: tuple[int, ...]
    k_values: int
    v_values: int
    window: int | None = None
    windowed_in_llamacpp: bool = True
    stride: int = 1

    @property
    def count(self) -> int:
        """Number of layers."""
        return len(self.layers)


class CacheLayout(NamedTuple):
    """All layers of a model, and the recurrent state of one sequence."""

    groups: tuple[LayerGroup, ...]
    state_bytes: float = 0.0
    """Recurrent state per sequence, all layers, F32."""
    state_layers: tuple[int, ...] = ()
    """The layers that keep it, the same amount each."""
    low_factor: float = 1.0
    high_factor: float = 1.0
    basis: Basis = "exact"
    evidence: tuple[str, ...] = ()
    mla: bool = False

    def shares(self, first: int, last: int) -> tuple[float, ...]:
        """What layers first..last-1 hold of each group's cache, and last of the state: the shares of parts
        that make up the model sum to 1. Layers are in ascending order."""
        members = [group.layers for group in self.groups] + [self.state_layers]
        return tuple(
            (bisect_left(layers, last) - bisect_left(layers, first)) / len(layers) if layers else 0.0
            for layers in members
        )


@lru_cache(maxsize=4096)
def cache_layout(model: ModelProfile) -> CacheLayout:
    """The layout of *model*, computed once per model.

    Never raises: without shapes it comes from catalogue models of similar size, with a wide interval.
    """
    return _build(model)


def _build(model: ModelProfile) -> CacheLayout:
    stated = heads_of(model, "", -1)
    latent = bool(model.mla_kv_lora_rank) or model.attention == "mla"
    if not model.n_layers or not (latent or (stated.n_kv and stated.key) or not attends(model)):
        return _from_similar_models(model)
    found = kinds(model)
    arch = architecture_key(model)
    rows: dict[LayerGroup, list[int]] = {}
    kept = len(found.attention) - shared_cache_layers(model)
    for layer, kind in enumerate(found.attention):
        if layer < kept and kind not in (NONE, CROSS):
            for row in _rows(model, arch, kind, layer, latent):
                rows.setdefault(row, []).append(layer)
    groups = tuple(
        LayerGroup(
            tuple(layers), row.k_values, row.v_values, row.window, row.windowed_in_llamacpp, row.stride
        )
        for row, layers in rows.items()
    )
    recurrent = tuple(i for i, kind in enumerate(found.attention) if kind in RECURRENT)
    per_layer, exact = state_values(model, arch, found.attention[recurrent[0]]) if recurrent else (0, True)
    basis, low, high, doubts = _doubts(model, arch, found, exact)
    return CacheLayout(
        groups,
        state_bytes=len(recurrent) * per_layer * F32_BYTES,
        state_layers=recurrent,
        low_factor=low,
        high_factor=high,
        basis=basis,
        evidence=(_evidence(found, groups, per_layer, doubts),),
        mla=latent,
    )


def _rows(model: ModelProfile, arch: str, kind: str, layer: int, latent: bool) -> list[LayerGroup]:
    """What one layer keeps per entry; none for a recurrent one."""
    if kind in RECURRENT[:3]:
        return []
    heads = heads_of(model, kind, layer)
    window = int(model.sliding_window) if model.sliding_window else None
    if arch.startswith("deepseekv4"):
        if kind in (COMPRESSED, SLIDING):
            return _compressed_rows(model, layer, heads.n_kv * heads.key, window)
        return [LayerGroup((), heads.n_kv * heads.key, 0)]
    if latent and kind != SLIDING:
        rank, rope = model.mla_kv_lora_rank or _LATENT_WIDTHS[0], model.mla_rope_dim
        return [LayerGroup((), int(rank) + int(_LATENT_WIDTHS[1] if rope is None else rope), 0)]
    honoured = arch.startswith(_WINDOWED_IN_LLAMACPP)
    slides = kind == SLIDING and window is not None
    return (
        [
            LayerGroup(
                (),
                heads.n_kv * heads.key,
                heads.n_kv * heads.value,
                window if slides else None,
                honoured if slides else True,
            )
        ]
        if heads.n_kv
        else []
    )


def _compressed_rows(model: ModelProfile, layer: int, row: int, window: int | None) -> list[LayerGroup]:
    """DeepSeek-V4: one shared vector per token of a window, and one per `ratio` tokens beyond it; where four
    share one, an indexer's key beside it (config.json: compress_ratios, index_head_dim)."""
    ratio = compressed_ratio(model, layer)
    rows = [LayerGroup((), row, 0, window)] if window else []
    if ratio:
        rows.append(LayerGroup((), row, 0, stride=ratio))
        if ratio < _INDEXER_DIM:
            rows.append(LayerGroup((), _INDEXER_DIM, 0, stride=ratio))
    return rows


def _doubts(
    model: ModelProfile, arch: str, found: Kinds, state_known: bool
) -> tuple[Basis, float, float, str]:
    """(basis, low factor, high factor, why)."""
    if arch.startswith("deepseekv4") and COMPRESSED not in found.attention:
        return (
            "extrapolated",
            _COMPRESSED_UNKNOWN_LOW,
            1.0,
            "compressed attention of unknown ratio: counted uncompressed",
        )
    if found.guess and not found.counted:
        return (
            ("interpolated", 0.5, 1.0, found.guess)
            if "attend" in found.guess
            else ("extrapolated", 0.25, 1.0, found.guess)
        )
    if arch.startswith("deci") and NONE not in found.attention:
        why = "per-layer attention unknown: every layer counted, some have none"
        return "interpolated", 0.5, 1.0, why
    if arch.startswith(("deepseekv32", "glmmoedsa")):
        # Sparse attention keeps one indexer key per token and layer where an engine runs it sparsely;
        # ik_llama.cpp does not (GLM-5.1 log: 43.88 MiB for 78 layers x 512 tokens x 576 values).
        row = int(model.mla_kv_lora_rank or _LATENT_WIDTHS[0]) + int(model.mla_rope_dim or _LATENT_WIDTHS[1])
        return "interpolated", 1.0, (row + _INDEXER_DIM) / row, "indexer keys at the upper end"
    if "global kv heads unknown" in (model.extra or "") and not model.n_kv_heads_global:
        return "interpolated", 1.0, 1.0, "global KV heads unknown, the sliding layers' count assumed"
    if not state_known:
        return "interpolated", 0.5, 1.0, "the width of its recurrent state is assumed"
    if arch.startswith("mimov2") or (model.attention == "mla" and model.mla_rope_dim is None):
        return "interpolated", 1.0, 1.0, "widths of its family"
    if model.mla_kv_lora_rank and any(kind in RECURRENT for kind in found.attention):
        return "interpolated", 1.0, 1.0, ""
    return "exact", 1.0, 1.0, ""


def _evidence(found: Kinds, groups: tuple[LayerGroup, ...], per_layer: int, doubts: str) -> str:
    """One line: what was counted."""
    parts = []
    for group in groups:
        what = f"{group.count} layers x {group.k_values + group.v_values} values"
        if group.window is not None:
            what += f", window {group.window}"
            if not group.windowed_in_llamacpp:
                what += " (llama.cpp keeps the whole context for this architecture)"
        if group.stride > 1:
            what += f", one entry per {group.stride} tokens"
        parts.append(what)
    recurrent = sum(kind in RECURRENT for kind in found.attention)
    if recurrent:
        parts.append(f"{recurrent} recurrent layers with {per_layer * F32_BYTES / 2**20:.3g} MiB each")
    crossing = found.attention.count(CROSS)
    if crossing:
        parts.append(f"{crossing} cross-attention layers keep image tokens only, which are not counted")
    return "; ".join([*parts, *([doubts] if doubts else [])])


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
    count = max(1, int(model.n_layers or UNKNOWN_LAYERS))
    half = max(1, middle // 2 // count)
    value = 2 * half * count
    return CacheLayout(
        (LayerGroup(tuple(range(count)), half, half),),
        low_factor=rows[0] / value,
        high_factor=max(rows[-1] / value, 1.0),
        basis="interpolated",
        evidence=(f"layers and heads unknown: {len(rows)} catalogue models within a factor 1.6 of its size",),
    )
