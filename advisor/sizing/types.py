"""Which ggml type llama-quantize gives each tensor, for every ftype, with and without an importance matrix.

The rules are those of llama.cpp's quantizer
(https://github.com/ggml-org/llama.cpp/blob/master/src/llama-quant.cpp), restated: category of the tensor,
then ftype, position among its kind, and the shape's own limits. They are checked to the byte against the real
quantizer in tests/sizing/test_real_quantizer.py.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from advisor.documents.model import ModelProfile
from advisor.errors import UnsupportedError

from .blocks import BLOCKS
from .tensors import Tensor, gguf_architecture, split_name, tensors
from .type_rules import BASE_TYPES, TINY, Facts, Position, by_position, choose

FALLBACKS = {
    **dict.fromkeys(("IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "IQ4_XS"), "IQ4_NL"),
    **dict.fromkeys(("Q2_K", "Q3_K", "TQ1_0", "TQ2_0", "Q2_0"), "Q4_0"),
    "Q4_K": "Q5_0",
    "Q5_K": "Q5_1",
    "Q6_K": "Q8_0",
}
"""What replaces a type whose block does not divide the row length; F16 when that does not divide it
either."""

_NEVER_QUANTIZED = (
    "_norm.weight",
    "ffn_gate_inp.weight",
    "ffn_gate_tid2eid.weight",
    "altup",
    "laurel",
    "per_layer_model_proj",
    "ssm_conv1d",
    "shortconv.conv.weight",
    "indexer.k_proj.weight",
    "indexer.q_proj.weight",
    "time_mix_",
    "attn_rel_b.weight",
    ".position_embd",
    ".rel_pos",
    ".patch_embd",
    ".patch_merger",
)
_STORED_F32 = (
    "_norm",
    "ffn_gate_inp",
    "ssm_conv1d",
    "shortconv.conv",
    "altup_correct_coef",
    "altup_predict_coef",
    "position_embd",
    "token_types",
)
_CATEGORIES = (
    # (part of the name, category); the first that matches counts, as in the quantizer
    ("attn_qkv.weight", "attn_v"),
    ("attn_kv_b.weight", "attn_v"),
    ("attn_v.weight", "attn_v"),
    ("attn_k.weight", "attn_k"),
    ("attn_q.weight", "attn_q"),
    ("attn_output.weight", "attn_output"),
    ("ffn_up", "ffn_up"),
    ("ffn_gate", "ffn_gate"),
    ("ffn_down", "ffn_down"),
)


class Group(NamedTuple):
    """Tensors of one kind and shape: the quantizer treats them alike but for their position."""

    stem: str
    """Name without 'blk.N.'."""
    shape: tuple[int, ...]
    role: str
    category: str
    quantized: bool
    stored: str
    """Type before quantization: F32, or F16 (a BF16 source takes the same bytes)."""
    layers: tuple[int | None, ...]
    positions: tuple[int, ...]
    """What most rules count by: running number among v-like or feed-forward tensors; in a model with experts
    the
    layer of a feed-forward tensor."""
    running: tuple[int, ...]
    """The running number in any model, which the one- and two-bit ftypes count by."""
    indices: tuple[int, ...]
    """Places in the tensor list."""


def category(name: str) -> str:
    """The quantizer's category of a tensor, by its name."""
    if name == "output.weight":
        return "output"
    if name in ("token_embd.weight", "per_layer_token_embd.weight"):
        return "token_embd"
    return next((kind for part, kind in _CATEGORIES if part in name), "other")


def is_quantized(name: str, shape: tuple[int, ...]) -> bool:
    """Whether the quantizer touches the tensor at all."""
    dimensions = max((i + 1 for i, size in enumerate(shape) if size > 1), default=1)
    if dimensions < 2 or not name.endswith("weight"):
        return False
    if name in ("position_embd.weight", "token_types.weight"):
        return False
    return not any(part in name for part in _NEVER_QUANTIZED)


@lru_cache(maxsize=128)
def groups(model: ModelProfile) -> tuple[Group, ...]:
    """The model's tensors grouped by kind and shape, kept per model."""
    return group(model, tensors(model))


_Members = tuple[list[int | None], list[int], list[int], list[int]]
"""Of one group: layers, positions, numbers among their kind, indices in the listing."""


def group(model: ModelProfile, listed: Sequence[Tensor]) -> tuple[Group, ...]:
    """*listed* in groups, positions counted as the quantizer counts: by layer, names sorted within it."""
    many = (model.n_experts or 0) > 1
    order = sorted(
        range(len(listed)), key=lambda i: (-1 if listed[i].layer is None else listed[i].layer, listed[i].name)
    )
    running = {"attn_v": 0, "ffn_up": 0, "ffn_gate": 0, "ffn_down": 0}
    found: dict[tuple[str, tuple[int, ...], str, str, bool], _Members] = {}
    seen: dict[
        tuple[str, tuple[int, ...], bool], tuple[str, bool]
    ] = {}  # what a name and a shape say is the same in every layer
    for index in order:
        tensor = listed[index]
        stem = tensor.name if tensor.layer is None else split_name(tensor.name)[1]
        like = (stem, tensor.shape, tensor.layer is None)
        if like not in seen:
            seen[like] = (category(tensor.name), is_quantized(tensor.name, tensor.shape))
        kind, touched = seen[like]
        number = running.get(kind, 0)
        if touched and kind in running:
            running[kind] += 1
        position = number if kind == "attn_v" or not many else tensor.layer or 0
        members = found.setdefault((stem, tensor.shape, tensor.role, kind, touched), ([], [], [], []))
        members[0].append(tensor.layer)
        for values, value in zip(members[1:], (position, number, index), strict=True):
            values.append(value)
    return tuple(
        Group(
            stem,
            shape,
            role,
            kind,
            touched,
            _stored(stem, shape),
            tuple(layers),
            tuple(positions),
            tuple(numbers),
            tuple(indices),
        )
        for (stem, shape, role, kind, touched), (layers, positions, numbers, indices) in found.items()
    )


def _stored(stem: str, shape: tuple[int, ...]) -> str:
    one_dimension = all(size == 1 for size in shape[1:])
    if one_dimension or not stem.endswith("weight") or any(part in stem for part in _STORED_F32):
        return "F32"
    return "F16"


@lru_cache(maxsize=128)
def facts(model: ModelProfile) -> Facts:
    """What the rules ask about a modelled architecture, kept per model."""
    return facts_of(model, groups(model))


def facts_of(model: ModelProfile, listed: Sequence[Group]) -> Facts:
    """What the rules ask about a model of these tensors."""
    architecture = gguf_architecture(model) or ""
    layers = {i for g in listed for i in g.layers if i is not None}
    heads, kv = model.n_heads or 1, model.n_kv_heads or model.n_heads or 1
    if model.attention == "mla" or any(g.stem == "attn_kv_a_mqa.weight" for g in listed):
        kv = 1
    if architecture in _KV_HEADS_BY_LAYER and not _attends(listed, 0):
        kv = 0
    n_layers = model.n_layers or 0
    seventy = n_layers == 80 and (
        architecture in ("qwen2", "deci", "olmo") or (architecture == "llama" and heads != kv)
    )
    return Facts(
        architecture=architecture,
        n_layers=max(layers, default=-1) + 1,
        n_attn_v=sum(len(g.indices) for g in listed if g.category == "attn_v"),
        gqa=heads // kv if kv else 0,
        n_experts=model.n_experts or 0,
        is_70b=seventy,
        tied=not any(g.category == "output" for g in listed),
    )


_KV_HEADS_BY_LAYER = (
    "granitehybrid",
    "jamba",
    "kimi-linear",
    "lfm2",
    "lfm2moe",
    "nemotron_h",
    "nemotron_h_moe",
)
"""Architectures whose files state the KV heads of each layer, 0 for a recurrent one. The quantizer asks
layer 0."""


def _attends(listed: Sequence[Group], layer: int) -> bool:
    recurrent = ("ssm_conv1d", "shortconv")
    return not any(layer in g.layers for g in listed if g.stem.startswith(recurrent))


def assign(
    model: ModelProfile, listed: Sequence[Tensor], ftype: str, imatrix: bool = False
) -> tuple[str, ...]:
    """The ggml type of each tensor of *listed* under *ftype* (llama-quantize's name, or 'NAME-pure').

    Raises UnsupportedError for an ftype llama-quantize does not make or a shape it refuses.
    """
    result = [""] * len(listed)
    own = groups(model) if listed is tensors(model) else group(model, listed)
    for g in own:
        for index, name in zip(g.indices, group_types(g, facts(model), ftype, imatrix), strict=True):
            result[index] = name
    return tuple(result)


def group_types(
    g: Group, known: Facts, ftype: str, imatrix: bool, vocabulary: str | None = None
) -> list[str]:
    """The type of each member of *g*; *vocabulary* forces one on token_embd and output (the `_L` recipes)."""
    pure = ftype.endswith("-pure")
    ftype = ftype.removesuffix("-pure")
    base = BASE_TYPES.get(ftype)
    if base is None:
        raise UnsupportedError(f"llama-quantize makes no {ftype}; it makes {', '.join(BASE_TYPES)}")
    n = len(g.indices)
    if not g.quantized:
        return [g.stored] * n
    if ftype in ("F16", "BF16", "F32"):
        return [base] * n
    if vocabulary and g.category in ("token_embd", "output"):
        return [fallback(vocabulary, g.shape[0])] * n
    if pure:
        return [fallback(base, g.shape[0])] * n
    if by_position(ftype, g.category):
        kinds: dict[str, str] = {}
        result = []
        for position in g.running if ftype in TINY else g.positions:
            name = choose(known, ftype, base, imatrix, Position(g.category, position, g.shape))
            if name not in kinds:
                kinds[name] = fallback(name, g.shape[0])
            result.append(kinds[name])
        return result
    name = choose(known, ftype, base, imatrix, Position(g.category, 0, g.shape))
    return [fallback(name, g.shape[0])] * n


def fallback(type_name: str, row_length: int) -> str:
    """*type_name*, or what the quantizer stores when its block does not divide *row_length*."""
    if row_length % BLOCKS[type_name][0] == 0:
        return type_name
    instead = FALLBACKS.get(type_name)
    if instead is None:
        raise UnsupportedError(
            f"{type_name} needs rows divisible by {BLOCKS[type_name][0]}, this model has one of "
            f"{row_length}; choose another type"
        )
    return instead if row_length % BLOCKS[instead][0] == 0 else "F16"
