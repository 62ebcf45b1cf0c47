"""Which scheme a GGUF file really has: from its tensors, not from its name.

The rules by which llama-quantize mixes types: https://github.com/ggml-org/llama.cpp, src/llama-quant.cpp.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from math import prod

from advisor.catalog.gguf.types import FILE_TYPES
from advisor.catalog.names import compiled
from advisor.documents.model import StoredTensor

_MIXES: dict[str, tuple[str, frozenset[str], frozenset[str]]] = {
    name: (base, frozenset((base, *also)), frozenset(needed))
    for name, base, also, needed in (
        ("F32", "F32", (), ()),
        ("F16", "F16", (), ()),
        ("BF16", "BF16", (), ()),
        ("Q4_0", "Q4_0", ("Q4_1",), ()),
        ("Q4_1", "Q4_1", (), ()),
        ("Q5_0", "Q5_0", ("Q5_1",), ()),
        ("Q5_1", "Q5_1", (), ()),
        ("Q8_0", "Q8_0", (), ()),
        ("Q6_K", "Q6_K", (), ()),
        ("Q2_K", "Q2_K", ("Q3_K", "Q4_K", "Q5_K"), ("Q3_K",)),
        ("Q2_K_S", "Q2_K", ("Q4_K", "Q5_K"), ()),
        ("Q3_K_S", "Q3_K", ("Q5_K",), ()),
        ("Q3_K_M", "Q3_K", ("Q4_K", "Q5_K"), ("Q4_K",)),
        ("Q3_K_L", "Q3_K", ("Q5_K",), ("Q5_K",)),
        ("Q4_K_S", "Q4_K", ("Q5_K",), ()),
        ("Q4_K_M", "Q4_K", ("Q6_K", "Q5_K"), ("Q6_K",)),
        ("Q5_K_S", "Q5_K", (), ()),
        ("Q5_K_M", "Q5_K", ("Q6_K",), ("Q6_K",)),
        ("IQ4_XS", "IQ4_XS", ("Q5_K",), ()),
        ("IQ4_NL", "IQ4_NL", ("Q5_K",), ()),
        ("IQ3_S", "IQ3_S", ("Q4_K", "Q5_K"), ()),
        ("IQ3_M", "IQ3_S", ("Q4_K", "Q5_K"), ("Q4_K",)),
        ("IQ3_XS", "IQ3_S", ("IQ3_XXS", "Q4_K", "Q5_K"), ("IQ3_XXS",)),
        ("IQ3_XXS", "IQ3_XXS", ("IQ2_S", "IQ3_S", "Q3_K", "Q4_K", "Q5_K"), ("IQ2_S",)),
        ("IQ2_XXS", "IQ2_XXS", ("Q2_K", "Q4_K", "Q5_K"), ()),
        ("IQ2_XS", "IQ2_XS", ("Q2_K", "Q4_K", "Q5_K"), ()),
        ("IQ2_S", "IQ2_XS", ("IQ3_S", "Q4_K", "Q5_K"), ("IQ3_S",)),
        ("IQ2_M", "IQ2_S", ("IQ3_S", "Q4_K", "Q5_K"), ()),
        ("IQ1_S", "IQ1_S", ("IQ2_XXS", "Q2_K", "Q4_K", "Q5_K"), ()),
        ("IQ1_M", "IQ1_M", ("IQ2_XXS", "Q2_K", "Q4_K", "Q5_K"), ()),
        ("TQ1_0", "TQ1_0", (), ()),
        ("TQ2_0", "TQ2_0", (), ()),
        ("Q1_0", "Q1_0", (), ()),
        ("Q2_0", "Q2_0", (), ()),
        ("MXFP4_MOE", "MXFP4", ("Q8_0", "BF16", "F16"), ()),
    )
}
"""llama-quantize type -> (base type, types its layers may have, types they must have)."""

_LARGE = {"Q2_K": "Q2_K_L", "Q3_K_L": "Q3_K_XL", "Q4_K_M": "Q4_K_L", "Q5_K_M": "Q5_K_L", "Q6_K": "Q6_K_L"}
"""The community's recipes with embeddings and output at Q8_0, by the mix of their layers."""
_UNSLOTH = {
    "Q2_K": "UD-Q2_K_XL",
    "Q3_K_M": "UD-Q3_K_XL",
    "Q4_K_M": "UD-Q4_K_XL",
    "Q5_K_M": "UD-Q5_K_XL",
    "Q6_K": "UD-Q6_K_XL",
    "Q8_0": "UD-Q8_K_XL",
}
_SUPERBLOCK = 256
_LEAST_BASE = 0.3
"""Share of a mix's base type in the layers: half or more in all but IQ3_XS and IQ3_XXS."""
_FLOATS = frozenset(("F32", "F16", "BF16", "F64"))
_SKIPPED = (
    r"_norm|ffn_gate_inp|ssm_|shortconv|\.bias$|rope_freqs|attn_sinks|attn_qkv|exp_probs|indexer"
    r"|per_layer|laurel|altup|time_mix"
)


def recognise(
    tensors: tuple[StoredTensor, ...], metadata: Mapping[str, object]
) -> tuple[str | None, tuple[str, ...]]:
    """(scheme name, notes) of a file's tensors; None when there is nothing to judge by.

    Notes say where the file differs from its own header, and whether an importance matrix was used.
    """
    file_type = metadata.get("general.file_type")
    stated = FILE_TYPES.get(file_type) if isinstance(file_type, int) else None
    layers, vocabulary, partial = _layer_types(tensors)
    notes = [_imatrix_note(metadata)] if _imatrix_note(metadata) else []
    if not layers:
        return stated, tuple(notes)
    if any(key.endswith(".expert_count") and value == 8 for key, value in metadata.items()):
        # llama-quantize keeps the attention of 8-expert models at Q8_0 and Q5_K whatever the type
        layers = {role: types for role, types in layers.items() if not role.startswith("attn_")} or layers
    found = stated if partial and _allowed(stated, layers) else _conforming(layers, stated)
    if found is None:
        found, note = _own_mix(layers, stated, metadata)
        return found, (*notes, note)
    found = _vocabulary_says(found, layers, vocabulary)
    if stated and found != stated:
        notes.append(f"the header says {stated}, the tensors say {found}")
    return found, tuple(notes)


def _imatrix_note(metadata: Mapping[str, object]) -> str:
    data = metadata.get("quantize.imatrix.dataset") or metadata.get("quantize.imatrix.file")
    if any(key.startswith("quantize.imatrix.") for key in metadata):
        return "quantized with an importance matrix" + (f" ({data})" if data else "")
    return ""


def _layer_types(
    tensors: tuple[StoredTensor, ...],
) -> tuple[dict[str, dict[str, int]], dict[str, StoredTensor], bool]:
    """Role -> type -> weights over the layers' matrices; the vocabulary matrices by name; whether much is
    unseen.

    Left out: what no scheme quantizes, and rows that 256 does not divide, whose type is a fallback. Where
    those hold a fifth of the weights or more, what is left shows too little to overrule the file's own
    statement.
    """
    layers: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    fallback: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    vocabulary = {}
    for tensor in tensors:
        if tensor.name in ("token_embd.weight", "output.weight"):
            vocabulary[tensor.name] = tensor
        elif (
            len(tensor.shape) > 1
            and tensor.name.endswith(".weight")
            and not compiled(_SKIPPED).search(tensor.name)
        ):
            role = re.sub(r"^blk\.\d+\.|\.weight$", "", tensor.name)
            table = fallback if tensor.shape[0] % _SUPERBLOCK else layers
            table[role][tensor.type] += prod(tensor.shape)
    unseen, seen = sum(_totals(fallback).values()), sum(_totals(layers).values())
    return (layers or fallback), vocabulary, bool(layers) and unseen > 0.2 * (unseen + seen)


def _totals(layers: dict[str, dict[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for types in layers.values():
        for name, weights in types.items():
            totals[name] += weights
    return totals


def _allowed(name: str | None, layers: dict[str, dict[str, int]]) -> bool:
    """Whether every type seen may occur under *name*."""
    types = set(_totals(layers)) - _FLOATS
    return name in _MIXES and bool(types) and types <= _MIXES[name][1]


def _conforming(layers: dict[str, dict[str, int]], stated: str | None) -> str | None:
    """The llama-quantize type whose rules these layers follow; the stated one if it is among them."""
    totals = _totals(layers)
    if all(name in _FLOATS for name in totals):
        return max(totals, key=lambda name: (totals[name], name))
    types = {name for name in totals if name not in ("F32", "F64")}
    fitting = [
        name
        for name, (base, allowed, needed) in _MIXES.items()
        if totals.get(base, 0) >= _LEAST_BASE * sum(totals.values())
        and types <= allowed
        and needed <= types
        and _details(name, layers)
    ]
    if not fitting:
        return None
    if stated in fitting:
        return stated
    most = max(types, key=lambda name: totals[name])
    return min(fitting, key=lambda name: (_MIXES[name][0] != most, len(_MIXES[name][1])))


def _details(name: str, layers: dict[str, dict[str, int]]) -> bool:
    """What types alone do not tell: which matrices are the better ones."""

    def types(*roles: str) -> set[str]:
        return {kind for role, kinds in layers.items() if role.startswith(roles) for kind in kinds}

    down, gate = types("ffn_down"), types("ffn_up", "ffn_gate")
    if name == "Q3_K_S":  # 70B models: attn_v alone is raised to Q5_K
        return "Q5_K" not in {kind for role, kinds in layers.items() if role != "attn_v" for kind in kinds}
    if name == "Q3_K_L":
        return "Q5_K" in types("attn_output") | down
    if name == "Q4_K_S":
        return "Q6_K" not in down
    if name == "Q4_K_M" and "Q5_K" in _totals(layers):
        return "Q5_K" not in types("attn_q", "attn_k", "ffn_up", "ffn_gate")
    if name == "IQ3_M":
        return "Q4_K" in types("attn_output") | down
    if name == "IQ3_S":
        return "Q4_K" not in types("attn_output") | down
    if name in ("Q2_K", "Q2_K_S", "Q3_K_M"):
        return not gate or gate <= {"Q2_K", "Q3_K"}
    return True


def _vocabulary_says(
    found: str, layers: dict[str, dict[str, int]], vocabulary: dict[str, StoredTensor]
) -> str:
    """`_L` when embeddings and output are at Q8_0 though 256 divides them, `-pure` when they have the layers'
    type."""
    kinds = {tensor.type for tensor in vocabulary.values()}
    divisible = all(tensor.shape[0] % _SUPERBLOCK == 0 for tensor in vocabulary.values())
    if kinds == {"Q8_0"} and divisible and found in _LARGE:
        return _LARGE[found]
    body = set(_totals(layers)) - _FLOATS
    if len(body) == 1 and kinds == body and not body & {"Q6_K", "Q8_0"}:
        return f"{next(iter(body))}-pure"
    return found


def _own_mix(
    layers: dict[str, dict[str, int]], stated: str | None, metadata: Mapping[str, object]
) -> tuple[str | None, str]:
    """A name for a mix that follows no rule of llama-quantize."""
    totals = {name: weights for name, weights in _totals(layers).items() if name not in ("F32", "F64")}
    share = sum(totals.values())
    mix = ", ".join(
        f"{100 * weights / share:.0f} % {name}"
        for name, weights in sorted(totals.items(), key=lambda item: -item[1])
    )
    makers = " ".join(
        str(metadata.get(key, ""))
        for key in ("general.quantized_by", "general.repo_url", "quantize.imatrix.file")
    ).lower()
    most = max(totals, key=lambda name: totals[name])
    if "unsloth" in makers and stated:
        return _UNSLOTH.get(stated, f"UD-{stated}"), f"a mix of its maker's own ({mix})"
    nearest = next((name for name in (stated, *_MIXES) if name in _MIXES and _MIXES[name][0] == most), most)
    return nearest, f"a mix of its maker's own ({mix}); {nearest} is the nearest scheme with a name"
