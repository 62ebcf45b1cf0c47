"""What each layer of a model is, one letter a layer, from the many ways configurations and tables say it.

Keys as the configuration classes of transformers and the published config.json files name them
(https://github.com/huggingface/transformers, src/transformers/models/*/configuration_*.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

FULL, SLIDING, LINEAR, MAMBA, BESIDE, CONVOLUTION, CROSS, COMPRESSED, NONE = "FSLMPCXK-"
"""Attention over the whole context, over a window, linear (delta nets, Kimi delta attention, lightning),
Mamba, attention and Mamba side by side, short convolution, cross-attention to an image, attention over
compressed tokens, nothing."""
DENSE, EXPERTS = "DE"
"""Feed-forward blocks; NONE where the layer has none."""

_ATTENTION_WORDS = (
    ("cross", CROSS),
    ("compress", COMPRESSED),
    ("slid|chunk|local|window|swa", SLIDING),
    ("mamba|ssm", MAMBA),
    ("conv", CONVOLUTION),
    ("linear|delta|kda|gdn|lightning|recurrent|rglru|retention", LINEAR),
    ("attention|attn|full|global|sparse|mla|index|minicpm", FULL),
)
"""What a layer's name holds, the first that matches counts."""
_FEED_FORWARD_WORDS = (("moe|sparse|expert", EXPERTS), ("mlp|dense|ffn|feed", DENSE))
_NEMOTRON = {"M": MAMBA, "*": FULL}
_LISTS = ("layer_types", "layers_block_type", "layer_block_type", "mixer_types", "block_types")


def n_layers_listed(text: Mapping[str, Any]) -> int | None:
    """Number of layers, where a configuration lists them instead of counting them."""
    for key in (*_LISTS, "hybrid_override_pattern", "block_configs"):
        found = text.get(key)
        if isinstance(found, (list, str)) and found:
            return len(found)
    return None


def attention_letters(text: Mapping[str, Any], n: int) -> str:
    """One letter for each of *n* layers; '' when the configuration does not say which layer attends how."""
    for reader in (_listed, _pattern, _by_number):
        letters = reader(text, n)
        if letters and len(letters) >= n:  # a list may hold the prediction block's layer too
            return letters[:n]
    cycle = _by_period(text, n)
    return (cycle * (n // len(cycle) + 1))[:n] if cycle else ""


def feed_forward_letters(text: Mapping[str, Any], n: int) -> str:
    """DENSE, EXPERTS or NONE for each of *n* layers; '' when all are alike."""
    pattern = text.get("hybrid_override_pattern")
    if isinstance(pattern, str) and pattern and len(pattern) >= n:
        return "".join({"E": EXPERTS, "-": DENSE}.get(kind, NONE) for kind in pattern)[:n]
    kinds = _names(text)
    if kinds and any(_letter(kind, _FEED_FORWARD_WORDS) and "attention" not in kind for kind in kinds):
        return "".join(
            NONE if "attention" in kind else _letter(kind, _FEED_FORWARD_WORDS) or NONE for kind in kinds
        )[:n]
    blocks = text.get("block_configs")
    if isinstance(blocks, list) and blocks:
        return "".join(NONE if _absent(block, "ffn") else DENSE for block in blocks)[:n]
    return _sparse_layers(text, n)


def per_layer(text: Mapping[str, Any], n: int) -> dict[str, str]:
    """Numbers that differ by layer, as comma-separated text: `ffn_widths`, `kv_heads`, `compress_ratios`."""
    found = {}
    for name, keys in (
        ("ffn_widths", ("intermediate_size", "ffn_intermediate_sizes")),
        ("kv_heads", ("num_key_value_heads", "num_kv_heads")),
        ("compress_ratios", ("compress_ratios",)),
    ):
        for key in keys:
            values = _integers(text.get(key), n)
            if values and (len(set(values)) > 1 or name == "compress_ratios"):
                found[name] = ",".join(map(str, values))
    blocks = text.get("block_configs")
    heads, width = text.get("num_attention_heads"), text.get("hidden_size")
    if isinstance(blocks, list) and len(blocks) >= n and isinstance(heads, int) and isinstance(width, int):
        found["kv_heads"] = ",".join(str(_group_heads(block, heads)) for block in blocks[:n])
        found["ffn_widths"] = ",".join(str(_multiplied(block, width)) for block in blocks[:n])
    return found


def _letter(name: str, words: tuple[tuple[str, str], ...]) -> str:
    return next((letter for pattern, letter in words if re.search(pattern, name)), "")


def _names(text: Mapping[str, Any]) -> list[str]:
    for key in _LISTS:
        found = text.get(key)
        if isinstance(found, list) and found and all(isinstance(item, str) for item in found):
            return [item.lower() for item in found]
    return []


def _integers(value: object, n: int) -> list[int]:
    """The first *n* of a list of whole numbers; empty for anything else."""
    if not isinstance(value, list) or len(value) < n:
        return []
    return value[:n] if all(isinstance(item, int) and 0 <= item < 1 << 40 for item in value) else []


def _listed(text: Mapping[str, Any], n: int) -> str:
    pattern = text.get("hybrid_override_pattern")
    if isinstance(pattern, str) and pattern:
        return "".join(_NEMOTRON.get(kind, NONE) for kind in pattern)
    kinds = _names(text)
    if not kinds:
        return ""
    return "".join(
        NONE
        if _letter(kind, _FEED_FORWARD_WORDS) and "attention" not in kind
        else _letter(kind, _ATTENTION_WORDS) or FULL
        for kind in kinds
    )


def _pattern(text: Mapping[str, Any], n: int) -> str:
    """Lists of numbers and words: MiMo's hybrid_layer_pattern (1 slides), MiniMax-01's attn_type_list (0 is
    linear), DeepSeek-V4's compress_ratios, blocks that may hold no attention."""
    sliding = _integers(text.get("hybrid_layer_pattern"), n)
    if sliding:
        return "".join(SLIDING if item else FULL for item in sliding)
    kinds = _integers(text.get("attn_type_list"), n)
    if kinds:
        return "".join(FULL if item else LINEAR for item in kinds)
    ratios = _integers(text.get("compress_ratios"), n)
    if ratios:
        return "".join(COMPRESSED if item else SLIDING for item in ratios)
    blocks = text.get("block_configs")
    if isinstance(blocks, list) and len(blocks) >= n:
        return "".join(NONE if _absent(block, "attention") else FULL for block in blocks)
    return ""


def _by_number(text: Mapping[str, Any], n: int) -> str:
    """Lists of the layers that are the exception."""
    linear = text.get("linear_attn_config")
    if isinstance(linear, dict) and isinstance(linear.get("full_attn_layers"), list):  # counted from 1
        return _marked(n, {i - 1 for i in linear["full_attn_layers"] if isinstance(i, int)}, FULL, LINEAR)
    for key, letter, rest in (
        ("cross_attention_layers", CROSS, FULL),
        ("full_attn_idxs", FULL, CONVOLUTION),
        ("sliding_window_layers", SLIDING, FULL),
    ):
        numbers = text.get(key)
        if isinstance(numbers, list) and numbers and all(isinstance(item, int) for item in numbers):
            return _marked(n, set(numbers), letter, rest)
    rope = _integers(text.get("no_rope_layers"), n)
    if rope and text.get("attention_chunk_size"):  # Llama 4: layers without rotation see everything
        return "".join(SLIDING if item else FULL for item in rope)
    return ""


def _by_period(text: Mapping[str, Any], n: int) -> str:
    """One layer in every few: the letters of one period ('LLLG' of EXAONE, a number elsewhere)."""
    words = text.get("sliding_window_pattern")
    if isinstance(words, str) and words and set(words) <= {"L", "G"}:
        return "".join(FULL if item == "G" else SLIDING for item in words)
    period = text.get("full_attention_interval") or text.get("full_attn_interval")
    if isinstance(period, int) and 0 < period <= n:
        return (LINEAR if _has_delta_net(text) else SLIDING) * (period - 1) + FULL
    period, offset = text.get("attn_layer_period"), text.get("attn_layer_offset")
    if isinstance(period, int) and isinstance(offset, int) and 0 <= offset < period:  # Jamba
        return MAMBA * offset + FULL + MAMBA * (period - offset - 1)
    group = text.get("layer_group_size")
    if isinstance(group, int) and 1 < group <= n and text.get("kv_lora_rank"):  # Bailing's hybrids
        tail = n % group
        return (LINEAR * (group - 1) + FULL) * (n // group) + FULL * tail
    period = text.get("sliding_window_pattern") or text.get("_sliding_window_pattern")
    if isinstance(period, int) and 1 < period <= n and text.get("sliding_window"):
        return SLIDING * (period - 1) + FULL
    if str(text.get("model_type", "")) == "falcon_h1":
        return BESIDE
    return ""


def _has_delta_net(text: Mapping[str, Any]) -> bool:
    return any(key.startswith("linear_") for key in text)


def _marked(n: int, chosen: set[int], letter: str, rest: str) -> str:
    return "".join(letter if i in chosen else rest for i in range(n))


def _sparse_layers(text: Mapping[str, Any], n: int) -> str:
    """Which layers hold experts, by list, by period or by the layers that do not."""
    names = text.get("mlp_layer_types")
    if isinstance(names, list) and len(names) >= n and all(isinstance(item, str) for item in names):
        return "".join(EXPERTS if item == "sparse" else DENSE for item in names)[:n]
    flags = _integers(text.get("moe_layer_freq"), n)
    if flags:
        return "".join(EXPERTS if item else DENSE for item in flags)
    enumerated = text.get("moe_layers_enum")
    if isinstance(enumerated, str):
        enumerated = [int(item) for item in re.findall(r"\d{1,6}", enumerated)]
    if isinstance(enumerated, list) and enumerated:
        return _marked(n, {item for item in enumerated if isinstance(item, int)}, EXPERTS, DENSE)
    step, plain = text.get("decoder_sparse_step"), text.get("mlp_only_layers")
    if isinstance(step, int) and step > 0:
        dense = set(plain) if isinstance(plain, list) else set()
        return "".join(EXPERTS if (i + 1) % step == 0 and i not in dense else DENSE for i in range(n))
    step = text.get("interleave_moe_layer_step")
    if isinstance(step, int) and step > 0:
        return (DENSE * (step - 1) + EXPERTS) * (n // step)
    period, offset = text.get("expert_layer_period"), text.get("expert_layer_offset")
    if isinstance(period, int) and isinstance(offset, int) and 0 <= offset < period:
        return "".join(EXPERTS if i % period == offset else DENSE for i in range(n))
    first = text.get("moe_layer_start_index")
    if isinstance(first, int) and 0 < first < n:
        return DENSE * first + EXPERTS * (n - first)
    return ""


def _absent(block: object, part: str) -> bool:
    inner = block.get(part) if isinstance(block, dict) else None
    return not isinstance(inner, dict) or bool(inner.get("no_op") or inner.get("replace_with_linear"))


def _group_heads(block: object, heads: int) -> int:
    """KV heads of one DeciLM block: its query heads come in groups of `n_heads_in_group`."""
    if _absent(block, "attention") or not isinstance(block, dict):
        return 0
    group = block["attention"].get("n_heads_in_group")
    return heads // group if isinstance(group, int) and group > 0 else heads


def _multiplied(block: object, hidden: int) -> int:
    """Width of one DeciLM block: two thirds of twice `ffn_mult` times the hidden size, rounded up to 256
    (DeciLM's `_ffn_mult_to_intermediate_size`)."""
    if _absent(block, "ffn") or not isinstance(block, dict):
        return 0
    stated, times = block["ffn"].get("intermediate_size"), block["ffn"].get("ffn_mult")
    if isinstance(stated, int):
        return stated
    return -(-int(2 * times * hidden / 3) // 256) * 256 if isinstance(times, (int, float)) else 0


def from_table(pattern: str, n: int) -> str:
    """The letters of a catalogue row's `layer_pattern`: 'linear x3, full x1', 'AA--A-*31', 'cross-attention
    at 3,8'; '' when it does not say."""
    drawn = re.search(r"attention on \d+: ([A*\d-]+)", pattern)
    if drawn:
        repeated = re.sub(r"(.)\*(\d{1,4})", lambda m: m[1] * int(m[2]), drawn[1])
        letters = "".join(FULL if item == "A" else NONE for item in repeated)
        return letters if len(letters) == n else ""
    crossing = re.search(r"cross-attention at ([\d,]+)", pattern)
    if crossing:
        return _marked(n, {int(item) for item in crossing[1].split(",") if item}, CROSS, FULL)
    ratios = re.search(r"compress_ratios ([\dx,()]+)", pattern)
    if ratios:
        return "".join(COMPRESSED if item else SLIDING for item in ratio_schedule(pattern, n))
    if pattern.endswith("...") and " then " not in pattern:
        return ""
    # 'full x1, sliding x4, then full x1, sliding x5 ...': what stands after 'then' repeats.
    head, _, tail = re.sub(r"\([^)]*\)", "", pattern.split(";")[0]).partition(" then ")
    lead, cycle = (_terms(head), _terms(tail)) if tail else ("", _terms(head))
    if not cycle:
        return ""
    letters = (lead + cycle * (n // len(cycle) + 1))[:n]
    if "last layer" in pattern:
        letters = letters[:-1] + FULL
    stated = re.search(r"\((?:\d+ window[ \d]*\+ )?(\d+) full", pattern)
    return letters if stated is None or letters.count(FULL) == int(stated[1]) else ""


def ratio_schedule(pattern: str, n: int) -> list[int]:
    """Tokens per cache entry of each layer: '0x2,(4,128)x20,4' of a `layer_pattern`; 0 is a window only."""
    found = re.search(r"compress_ratios ([\dx,()]+)( alternating)?", pattern)
    if not found:
        return []
    values: list[int] = []
    for group, single, times in re.findall(r"(?:\(([\d,]+)\)|(\d+))(?:x(\d+))?", found[1]):
        part = [int(item) for item in (group or single).split(",")]
        values += part * int(times or 1)
    if found[2] and len(values) < n:
        cycle = values[-2:]
        values += cycle * (n - len(values))
    return (values + [0] * n)[:n]


def _terms(text: str) -> str:
    """'linear x3, full x1' -> 'LLLF'; '' when no term is counted or one is not known."""
    letters, counted = "", False
    for item in text.split(","):
        found = re.match(r"\s*([a-z][\w+ -]*?)\s*(?:[x×](\d{1,4})\b.*)?$", item, re.IGNORECASE)
        letter = _letter(found[1].lower(), _ATTENTION_WORDS) if found else ""
        if not found or not letter:
            break
        letters += letter * int(found[2] or 1)
        counted = counted or bool(found[2])
    return letters if counted else ""
