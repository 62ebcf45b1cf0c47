"""What each layer of a model is: the kind of its attention and of its feed-forward block, and their shapes.

What the configuration or the catalogue states by layer counts; else the rule of the architecture; else the
counts, spread evenly (which layer it is changes no total, only what lies on which device).
"""

import re
from functools import cache
from typing import NamedTuple

from advisor.catalog.layer_kinds import (
    BESIDE,
    COMPRESSED,
    CONVOLUTION,
    DENSE,
    EXPERTS,
    FULL,
    LINEAR,
    MAMBA,
    NONE,
    SLIDING,
    from_table,
    ratio_schedule,
)
from advisor.documents.model import ModelProfile

USUAL_WIDTH = 4096
"""Hidden size where a model states none: that of an 8B model (Llama 3)."""
# A full-attention layer comes first in each period here, last everywhere else (llama.cpp `dense_first`).
_FULL_LAYER_FIRST = ("step3",)
# Where nothing states the period: one full layer in so many, as the config.json of each family has it.
_DEFAULT_FULL_EVERY = {"gemma2": 2, "gptoss": 2, "gemma3n": 5, "gemma3": 6, "llama4": 4}
# Layers at the end that read the cache of earlier layers and keep none (`num_kv_shared_layers` of
# config.json: https://docs.nvidia.com/nemo/megatron-bridge for Gemma-4-E4B,
# huggingface.co/google/gemma-3n-E4B-it/config.json).
_SHARED_KV_LAYERS = {("gemma3n", 30): 10, ("gemma3n", 35): 15, ("gemma4", 35): 20, ("gemma4", 42): 18}
_GEMMA4_GLOBAL_HEAD = 512
"""global_head_dim of the whole Gemma 4 family (huggingface.co/google/gemma-4-31B-it/config.json)."""
_MIMO_VALUE_HEAD = 128
"""v_head_dim of MiMo V2 (huggingface.co/XiaomiMiMo/MiMo-V2-Flash/config.json)."""
RECURRENT = (LINEAR, MAMBA, CONVOLUTION, BESIDE)
"""Kinds of layer that keep a state for each sequence."""


class Kinds(NamedTuple):
    """One letter a layer (advisor.catalog.layer_kinds), and how sure the counts are."""

    attention: str
    feed_forward: str
    counted: bool = True
    """False where the number of layers of each kind is a guess."""
    guess: str = ""
    """What was guessed."""


class Heads(NamedTuple):
    """The shape of one layer's attention."""

    n_heads: int
    n_kv: int
    key: int
    value: int


def architecture_key(model: ModelProfile) -> str:
    """The architecture without its class suffix: `Gemma3ForCausalLM` and `gemma3` both give `gemma3`."""
    return _plain(model.architecture or str(model.metadata.get("general.architecture", "")))


@cache
def _plain(name: str) -> str:
    name = re.sub(r"For(CausalLM|ConditionalGeneration)$", "", name)
    return re.sub(r"[^a-z0-9]", "", name.lower())


def noted(model: ModelProfile, pattern: str, *keys: str) -> int | None:
    """A number from config.json (*keys* of `metadata`), else as the catalogue's `extra` states it."""
    for key in keys:
        value = model.metadata.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    found = re.search(pattern, model.extra or "") if pattern else None
    return int(found.group(1)) if found else None


def kinds(model: ModelProfile) -> Kinds:
    """The kind of every layer. The letters number `n_layers`, or 0 when that is not known."""
    n = int(model.n_layers or 0)
    stated = str(model.metadata.get("attention_kinds") or "")
    if len(stated) != n:
        stated = from_table((model.layer_pattern or ""), n) if n else ""
    found = Kinds(stated, "") if stated else _derived(model, n)
    return Kinds(found.attention, _feed_forward(model, n, found.attention), found.counted, found.guess)


def attends(model: ModelProfile) -> bool:
    """Whether any layer keeps keys and values."""
    letters = kinds(model).attention
    return not letters or any(kind not in (LINEAR, MAMBA, CONVOLUTION, NONE) for kind in letters)


def _derived(model: ModelProfile, n: int) -> Kinds:
    arch = architecture_key(model)
    if arch.startswith("falconh1"):
        return Kinds(BESIDE * n, "")
    if arch.startswith("nemotronh"):
        return _nemotron(model, n)
    recurrent = int(model.linear_attention_layers or 0)
    if (
        recurrent
        or arch.startswith(_NO_ATTENTION)
        or (model.attention == "hybrid" and not arch.startswith("deepseekv4"))
    ):
        letter = _recurrent_kind(model, arch)
        if not recurrent and arch.startswith(_NO_ATTENTION):
            return Kinds(letter * n, "")
        if not recurrent:
            return Kinds(FULL * n, "", False, "number of recurrent layers unknown: all counted as attention")
        return Kinds(_spread(n, {FULL: n - recurrent, letter: recurrent}, _period(arch, n)), "")
    if model.sliding_window and model.sliding_pattern != "1:0" and not arch.startswith("deepseekv4"):
        return Kinds(
            "".join(FULL if is_full_layer(arch, model.sliding_pattern, i, n) else SLIDING for i in range(n)),
            "",
        )
    return Kinds(FULL * n, "")


_NO_ATTENTION = ("mamba", "falconmamba", "rwkv")
"""Architectures without any attention."""


def _recurrent_kind(model: ModelProfile, arch: str) -> str:
    if arch.startswith("lfm"):
        return CONVOLUTION
    mamba = model.ssm_state_size or arch.startswith(("jamba", "granite", "mamba", "falconmamba"))
    return MAMBA if mamba else LINEAR


def _nemotron(model: ModelProfile, n: int) -> Kinds:
    """Nemotron-H: every layer is one thing only."""
    from advisor.sizing.published_shapes import NEMOTRON_PATTERNS

    counts = re.search(r"hybrid M(\d+) A(\d+)", model.extra or "")
    pattern = str(model.metadata.get("hybrid_override_pattern") or NEMOTRON_PATTERNS.get(n, ""))
    if pattern and (
        not counts or (pattern.count("M"), pattern.count("*")) == (int(counts[1]), int(counts[2]))
    ):
        return Kinds("".join({"M": MAMBA, "*": FULL}.get(kind, NONE) for kind in pattern), "")
    mamba, attention = (int(counts[1]), int(counts[2])) if counts else (n // 2, -(-n // 8))
    # The three published Nemotron-H hybrids have one attention layer in 9 to 14, and as many Mamba layers
    # as feed-forward ones; one in 8 errs high.
    letters = _spread(n, {NONE: max(0, n - mamba - attention), MAMBA: mamba, FULL: attention}, None)
    return Kinds(letters, "", bool(counts), "" if counts else "which layers attend is not known")


def _period(arch: str, n: int) -> set[int] | None:
    """The attention layers of architectures whose order is known: that of their published config.json."""
    if arch.startswith(("qwen3next", "qwen35")):
        return {i for i in range(n) if i % 4 == 3}
    if arch.startswith("granite"):
        return {i for i in range(n) if i % 10 == 5}
    if arch.startswith("jamba"):
        return {i for i in range(n) if i % 8 == 4}
    if arch.startswith("kimilinear"):
        return {i for i in range(n) if i % 4 == 3 or i == n - 1}
    return None


def _spread(n: int, counts: dict[str, int], attention: set[int] | None) -> str:
    """*n* letters with these *counts*: attention where it is known to be, else everything evenly spread."""
    if attention is not None and len(attention) == counts[FULL]:
        other = next(letter for letter in counts if letter != FULL)
        return "".join(FULL if i in attention else other for i in range(n))
    letters, given = [], dict.fromkeys(counts, 0)
    for i in range(n):
        # the kind furthest behind its share comes next; a tie goes to the kind named first
        letter = max(counts, key=lambda kind: counts[kind] * (i + 1) / n - given[kind])
        given[letter] += 1
        letters.append(letter)
    return "".join(letters)


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


def _feed_forward(model: ModelProfile, n: int, attention: str) -> str:
    stated = str(model.metadata.get("ffn_kinds") or "")
    if len(stated) == n:
        return stated
    pattern = str(model.metadata.get("hybrid_override_pattern") or "")
    if len(pattern) == n and pattern:
        return "".join({"E": EXPERTS, "-": DENSE}.get(kind, NONE) for kind in pattern)
    letter, arch = EXPERTS if model.is_moe else DENSE, architecture_key(model)
    if arch.startswith(("mamba", "falconmamba")):
        return NONE * n
    if NONE in attention and arch.startswith("nemotronh"):
        return "".join(letter if kind == NONE else NONE for kind in attention)
    if not model.is_moe:
        return DENSE * n
    step = noted(model, r"moe_step=(\d+)", "interleave_moe_layer_step") or (
        2 if arch.startswith("jamba") else 1
    )
    if step > 1:
        return "".join(EXPERTS if (i + 1) % step == 0 else DENSE for i in range(n))
    leading = min(int(model.first_dense_layers or 0), n)
    return DENSE * leading + EXPERTS * (n - leading)


def by_layer(model: ModelProfile, name: str) -> tuple[int, ...]:
    """Numbers that differ by layer (`ffn_widths`, `kv_heads`, `compress_ratios`); empty when they do not."""
    text = model.metadata.get(name)
    if name == "compress_ratios" and not text:
        return tuple(ratio_schedule((model.layer_pattern or ""), int(model.n_layers or 0)))
    return tuple(int(item) for item in str(text).split(",")) if text else ()


def shared_cache_layers(model: ModelProfile) -> int:
    """Layers at the end that read the cache of earlier ones."""
    arch, n = architecture_key(model), int(model.n_layers or 0)
    stated = noted(model, "", "num_kv_shared_layers", f"{arch}.attention.shared_kv_layers")
    if stated is not None:
        return min(stated, n)
    return next(
        (k for (name, layers), k in _SHARED_KV_LAYERS.items() if arch.startswith(name) and layers == n), 0
    )


def heads_of(model: ModelProfile, kind: str, layer: int) -> Heads:
    """Heads of one attention layer: those of the sliding or the global layers where they differ."""
    arch = architecture_key(model)
    n_heads = int(model.n_heads or 0)
    n_kv = int(model.n_kv_heads or n_heads)
    key = int(model.head_dim or (int(model.hidden_size or 0) // n_heads if n_heads else 0))
    value = (None if model.mla_kv_lora_rank else noted(model, "", "v_head_dim")) or key
    if arch.startswith("mimov2"):
        value = _MIMO_VALUE_HEAD
    listed = by_layer(model, "kv_heads")
    wide, few = model.head_dim_global, model.n_kv_heads_global
    if arch.startswith("gemma4"):
        wide = wide or _GEMMA4_GLOBAL_HEAD
    if kind == SLIDING:
        n_heads = noted(model, "", "swa_num_attention_heads") or n_heads
        n_kv = noted(model, "", "swa_num_key_value_heads") or n_kv
        key = noted(model, "", "swa_head_dim") or key
        value = noted(model, "", "swa_v_head_dim") or (key if value == 0 else value)
        if arch.startswith("mimov2") and few is None and not model.metadata.get("swa_num_key_value_heads"):
            n_kv *= 2  # the configuration of the sliding layers: 8 heads where the full ones have 4
    elif kind == FULL:
        same = value == key
        n_kv, key = few or n_kv, wide or key
        value = key if same else value
    if 0 <= layer < len(listed):
        n_kv = listed[layer]
    return Heads(n_heads, n_kv, key, value)


def compressed_ratio(model: ModelProfile, layer: int) -> int:
    """Tokens that share one cache entry of a COMPRESSED layer; 0 when not known."""
    ratios = by_layer(model, "compress_ratios")
    return ratios[layer] if 0 <= layer < len(ratios) else 0


__all__ = [
    "COMPRESSED",
    "Heads",
    "Kinds",
    "architecture_key",
    "attends",
    "by_layer",
    "compressed_ratio",
    "heads_of",
    "is_full_layer",
    "kinds",
    "noted",
    "shared_cache_layers",
]
