"""Which parts of a model a checkpoint stores in which scheme, from the module names of its settings.

Formats as in `quantization_config`; module names as transformers' model classes spell them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

PARTS = ("experts", "mlp", "shared", "attention", "output")
"""The parts, in the order of what most bytes are: routed experts where there are any, then dense blocks."""
LEFT_OUT = "BF16"
"""Of a part no method touches."""
_WORDS = (
    ("shared", r"shared_experts?|shared_mlp"),
    ("experts", r"experts"),
    ("attention", r"(?:self_attn|linear_attn|attn|attention|mixer|self_attention)"),
    ("mlp", r"(?:mlp|ffn|feed_forward|block_sparse_moe)"),
    ("output", r"(?:lm_head|head)"),
)
_PROJECTION = r"(?:\.\d+)*(?:\.(?:\w*_proj\w*|\([\w|]*\)_proj|qkv|query_key_value|w[123]|c_\w+))?"
"""What may follow a part's name: one of its matrices. A router (`mlp.gate`) or a norm is no such."""
_LISTS = ("ignore", "exclude_modules", "modules_to_not_convert")
_MOST_MATRICES = 3
"""Matrices of a part that must be named for the whole: an attention has four, a gated block three."""
_MOST = 0.5
"""Share of the layers a numbered list must name to stand for the part (a judgement: lists name all but the
first and last layers, or only those)."""


def part_of(module: str) -> str | None:
    """The part a module name or pattern stands for, or belongs to as one of its matrices; None for a router,
    a norm or a whole layer."""
    return _taken_apart(module)[0]


def _taken_apart(module: str) -> tuple[str | None, str]:
    """(part, matrix of it; '' for the whole part)."""
    text = module.removeprefix("re:").replace("\\", "")
    text = re.sub(r"^(?:\.\*|\*)+|(?:\.?\*|\.|\$)+$", "", text)
    for part, words in _WORDS:
        found = re.search(rf"(?:^|[.*])(?:{words})({_PROJECTION})$", text)
        if found:
            return part, "" if "(" in found[1] else found[1].rpartition(".")[2]
    return None, ""


def schemes_by_part(config: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Part -> scheme, for the parts that differ from the rest or are left at 16 bits.

    *groups*: scheme -> the modules it is said to cover ('Linear' is everything).
    """
    found: dict[str, str] = {}
    for scheme, modules in groups.items():
        for part in {part_of(module) for module in modules} - {None}:
            found.setdefault(str(part), scheme)
    for part in _left_out(config):
        found[part] = LEFT_OUT
    return found


def _left_out(config: Mapping[str, Any]) -> set[str]:
    """The parts that are named as a whole, or by most of their matrices, among what is not quantized."""
    layers: set[str] = set()
    seen: dict[tuple[str, str], set[str]] = {}
    for module in (module for key in _LISTS for module in _texts(config.get(key))):
        number = re.search(r"\.(\d+)(?:\.|\*|$)", module)
        layers |= {number[1]} if number else set()
        part, matrix = _taken_apart(module)
        if part is not None:
            seen.setdefault((part, matrix), set()).add(number[1] if number else "all")
    covered = {key for key, numbers in seen.items() if "all" in numbers or len(numbers) > _MOST * len(layers)}
    matrices = [part for part, matrix in covered if matrix]
    return {part for part, matrix in covered if not matrix or matrices.count(part) >= _MOST_MATRICES}


def _texts(value: object) -> Iterable[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def heaviest(found: Mapping[str, str]) -> str | None:
    """The scheme of the part most bytes are in; None when every named part is left out."""
    return next((found[part] for part in PARTS if found.get(part, LEFT_OUT) != LEFT_OUT), None)


def as_text(found: Mapping[str, str]) -> str:
    """'attention=W8A8-FP-static;mlp=NVFP4A16': how a profile's metadata keeps it."""
    return ";".join(f"{part}={scheme}" for part, scheme in sorted(found.items()))


def from_text(text: str) -> dict[str, str]:
    """What `as_text` wrote."""
    return dict(pair.split("=", 1) for pair in text.split(";") if "=" in pair)
