"""Sizes of the formats other than GGUF, from how each one packs codes, scales and zero points.

Embeddings, norms, routers and the output matrix stay 16-bit unless the format quantizes them. Sources of the
layouts:
compressed-tensors (https://github.com/vllm-project/compressed-tensors), GPTQ
(https://github.com/ModelCloud/GPTQModel), AWQ (https://github.com/casper-hansen/AutoAWQ), bitsandbytes, HQQ
(https://github.com/mobiusml/hqq), MLX (https://github.com/ml-explore/mlx), ExLlamaV2/V3
(https://github.com/turboderp-org), AQLM (https://github.com/Vahe1994/AQLM), QuIP#
(https://github.com/Cornell-RelaxML/quip-sharp).
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from advisor.catalog.native import experts_only
from advisor.catalog.quantized_parts import from_text
from advisor.catalog.schemes import find_scheme
from advisor.documents.kinds import Basis
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.scheme import SchemeProfile

from .parts import Part, Weights, summarise
from .type_rules import more_bits
from .types import Group

_LINEAR = (
    "attn_q",
    "attn_k",
    "attn_v",
    "attn_qkv",
    "attn_output",
    "ffn_up",
    "ffn_gate",
    "ffn_down",
    "expert_up",
    "expert_gate",
    "expert_down",
    "shared_expert",
    "ssm",
)
_SMALL = ("ssm_ba", "ssm_alpha", "ssm_beta", "ssm_dt", "ssm_x")
_GGUF_ONLY = ("rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight")
_HEAD_BITS = 6
"""Default `--head_bits` of the ExLlama converters (convert.py of exllamav2 and exllamav3)."""

Pack = Callable[[int, int], float]
"""Bytes of one matrix of (columns, rows)."""


def pack(model: ModelProfile, scheme: SchemeProfile, known: tuple[Group, ...]) -> Weights:
    """Bytes of *model* under a non-GGUF *scheme*, every matrix in it that the format can hold; where a
    checkpoint says which parts differ, each part in its own."""
    own = scheme.name == model.fixed_scheme
    by_part = from_text(str(model.metadata.get("schemes_by_part") or "")) if own else {}
    ways = {part: _Way(find_scheme(name)) for part, name in by_part.items()}
    whole = _Way(scheme)
    parts = []
    for g in known:
        if g.stem not in _GGUF_ONLY:
            named = ways.get(_part(g, ways))
            parts.append(_packed(model, named or whole, g, named is not None))
    return summarise(model, parts, _basis(scheme), partial(_total, scheme))


class _Way:
    """How one scheme packs."""

    def __init__(self, scheme: SchemeProfile) -> None:
        self.scheme = scheme
        self.bits = packer(scheme)
        self.mixed = _better_half(scheme)
        self.vocabulary = _vocabulary(scheme, self.bits, self.mixed)


def _part(g: Group, ways: Mapping[str, _Way]) -> str:
    """The part of a model a tensor belongs to; a shared expert is a dense block where none is named."""
    if g.role.startswith("expert_"):
        return "experts"
    if g.role == "shared_expert":
        return "shared" if "shared" in ways else "mlp"
    if g.role.startswith("ffn_"):
        return "mlp"
    return "output" if g.category == "output" else "attention" if g.role.startswith(("attn_", "ssm")) else ""


def _packed(model: ModelProfile, way: _Way, g: Group, named: bool) -> Part:
    """The tensors of one group; *named*: the checkpoint says how this part is stored, the output included."""
    columns, rows, count = _matrix(g)
    n = len(g.layers)
    sizes, name = [2 * columns * rows * count] * n, "BF16"
    if g.category in ("output", "token_embd"):
        chosen = way.bits if named else way.vocabulary(g)
        if chosen is not None:
            sizes, name = [round(chosen(columns, rows)) * count] * n, way.scheme.name
    elif way.bits is not None and _quantized(model, way.scheme, g):
        sizes, name = [round(way.bits(columns, rows)) * count] * n, way.scheme.name
        if way.mixed is not None and g.role in _MIXED_ROLES:
            better = round(way.mixed(columns, rows)) * count
            sizes = [
                better if more_bits(i or 0, model.n_layers or 1) else low
                for i, low in zip(g.layers, sizes, strict=True)
            ]
    return Part(g.stem, g.role, columns * rows * count, g.layers, sizes, [name] * n)


def _total(scheme: SchemeProfile, n_bytes: int) -> Estimate:
    below, above = _SPREAD.get(scheme.family, (0.0, 0.0))
    if not above:
        return Estimate.exact(n_bytes, f"packing of {scheme.format}")
    return Estimate(
        value=n_bytes,
        low=n_bytes * (1 - below),
        high=n_bytes * (1 + above),
        basis="interpolated",
        evidence=(f"{scheme.format} writes a mean bit rate near the nominal one",),
    )


_SPREAD = {
    # family: relative room (below, above) where the format's own choices decide the rate
    "exl2": (0.02, 0.01),  # the optimiser of ExLlamaV2 aims at the target from below, layer by layer
    # exl3 and quip: whole matrices at the nominal rate, padding beside it (a judgement)
    "exl3": (0.01, 0.01),
    "quip": (0.01, 0.01),
    "bnb": (0.001, 0.002),  # quant_state blobs, about a hundred bytes a matrix
}


def _basis(scheme: SchemeProfile) -> Basis:
    return "interpolated" if scheme.family in _SPREAD else "exact"


def _matrix(g: Group) -> tuple[int, int, int]:
    """Columns, rows and number of matrices as the original checkpoint has them."""
    if g.stem == "attn_k_b.weight":  # stored transposed in GGUF
        return g.shape[1], g.shape[0] * g.shape[2], 1
    rows = g.shape[1] if len(g.shape) > 1 else 1
    count = 1
    for size in g.shape[2:]:
        count *= size
    return g.shape[0], rows, count


def _quantized(model: ModelProfile, scheme: SchemeProfile, g: Group) -> bool:
    if not g.quantized or g.role not in _LINEAR or g.stem.startswith(_SMALL):
        return False
    return not experts_only(model, scheme) or g.role.startswith("expert_")


def _better_half(scheme: SchemeProfile) -> Pack | None:
    """The higher rate of MLX's mixed recipes (`mixed_3_6` …): value and down projections on the layers
    llama.cpp's rule
    picks, and the output matrix (mlx_lm/convert.py)."""
    found = re.search(r"mixed-(\d)-(\d)", scheme.name)
    return (
        partial(_grouped, codes=_Codes(bits=int(found[2]), group=scheme.group_size or 64, scale=2, zero=2))
        if found
        else None
    )


_MIXED_ROLES = ("attn_v", "ffn_down", "expert_down")


def _vocabulary(
    scheme: SchemeProfile, bits: Pack | None, mixed: Pack | None
) -> Callable[[Group], Pack | None]:
    """How the embedding and the output matrix are stored; None is 16-bit."""

    def choose(g: Group) -> Pack | None:
        if mixed is not None and g.category == "output":
            return mixed
        if scheme.family in ("exl2", "exl3"):
            return partial(_plain, bits=_HEAD_BITS) if g.category == "output" else None
        if scheme.format == "ir":
            return partial(_grouped, codes=_IR_8_BITS)
        return bits if scheme.quantizes_embeddings else None

    return choose


def packer(scheme: SchemeProfile) -> Pack | None:
    """The arithmetic of *scheme*; None when nothing is quantized."""
    bits, group = scheme.weight_bits, scheme.group_size if scheme.group_size is not None else -1
    family = scheme.family
    if family == "none":
        return None
    if family in ("gptq", "autoround", "rtn", "awq") or (family == "int8" and scheme.format == "gptq"):
        return _integers(scheme, bits, group)
    if family == "fp8" and group == 32:  # MXFP8: one 8-bit exponent per 32 weights
        return partial(_grouped, codes=_Codes(bits=8, group=32, scale=1))
    if family in ("fp8", "int8"):
        return partial(
            _eight_bit,
            group=group,
            block=128 if "block" in scheme.name else 0,
            static="static" in scheme.name,
        )
    if family == "nvfp4":
        return partial(
            _grouped, codes=_Codes(bits=4, group=16, scale=1, extra=4 if scheme.act_bits >= 16 else 8)
        )
    if family == "mxfp4":
        return partial(_grouped, codes=_Codes(bits=bits, group=32, scale=1))
    if family == "bnb":
        if bits <= 4:
            # 4 bits and an F32 scale per 64 weights are 4.5; below that the scales are quantized too.
            return partial(_nf4, double=(scheme.bpw or 0) < 4.5)
        return partial(_grouped, codes=_Codes(bits=8, group=-1, scale=4, extra=1))
    if family == "hqq":
        # Three-bit codes go ten to a 32-bit word; the others fill bytes.
        return partial(_grouped, codes=_Codes(bits=3.2 if bits == 3 else bits, group=group, scale=2, zero=2))
    if family == "mlx":
        if "FP4" in scheme.name.upper() or "FP8" in scheme.name.upper():
            return partial(_grouped, codes=_Codes(bits=bits, group=group if group > 0 else 32, scale=1))
        return partial(_grouped, codes=_Codes(bits=bits, group=group if group > 0 else 64, scale=2, zero=2))
    if family == "exl3":
        return partial(_plain, bits=bits, per_row=2, per_column=2)
    if family == "aqlm":
        return partial(_aqlm, scheme=scheme.name)
    if family == "quip":
        return partial(_plain, bits=bits, per_row=2, per_column=2)
    return partial(_plain, bits=scheme.bpw or bits)


def _integers(scheme: SchemeProfile, bits: float, group: int) -> Pack:
    """Integer codes with their scales, as each format lays them out."""
    family = scheme.family
    if scheme.format == "ir":
        return partial(
            _grouped, codes=_IR_8_BITS if bits == _IR_8_BITS.bits else _Codes(bits, group, scale=2)
        )
    if scheme.format == "awq":
        return partial(_grouped, codes=_Codes(bits=bits, group=group, scale=2, zero=bits / 8))
    if scheme.format in ("gptq", "auto-round", "autoround"):
        return partial(_gptq, bits=bits, group=group, order=family == "gptq")
    zero = bits / 8 if family == "awq" else 0
    return partial(_grouped, codes=_Codes(bits=bits, group=group, scale=2, zero=zero, extra=16))


def _plain(columns: int, rows: int, bits: float, per_row: int = 0, per_column: int = 0) -> float:
    return columns * rows * bits / 8 + rows * per_row + columns * per_column


class _Codes(NamedTuple):
    """Codes of *bits* with *scale* and *zero* bytes per group of columns, and *extra* bytes a matrix."""

    bits: float
    group: int
    """-1: a row, 0: the matrix."""
    scale: float
    zero: float = 0
    extra: int = 0


_IR_8_BITS = _Codes(bits=8, group=-1, scale=2, zero=1)
"""INT8_ASYM of NNCF, which embeddings and the output matrix have at 4 bits too
(https://github.com/openvinotoolkit/nncf/blob/develop/docs/compression_algorithms/CompressWeights.md)."""


def _grouped(columns: int, rows: int, codes: _Codes) -> float:
    stored = columns * rows * codes.bits / 8
    if codes.group == 0:
        return stored + codes.scale + codes.zero + codes.extra
    n_groups = -(-columns // codes.group) if codes.group > 0 else 1
    return stored + rows * n_groups * (codes.scale + codes.zero) + codes.extra


def _gptq(columns: int, rows: int, bits: float, group: int, order: bool) -> float:
    """Zero points packed like the codes, f16 scales and, with *order*, the group of each column as int32."""
    return _grouped(columns, rows, _Codes(bits, group, 2, bits / 8)) + (4 * columns if order else 0)


def _eight_bit(columns: int, rows: int, group: int, block: int, static: bool) -> float:
    """One byte a weight; f32 scales per 128 x 128 block, else 16-bit ones per row or one for the matrix."""
    if block:
        return columns * rows + 4 * -(-columns // block) * -(-rows // block)
    scales = 2 if group == 0 else 2 * rows
    return columns * rows + scales + (2 if static else 0)


def _nf4(columns: int, rows: int, double: bool) -> float:
    """4-bit codes, an f32 scale per 64 weights and the code book. *double* quantizes the scales in turn: a
    byte each, an
    f32 per 256 of them and a second code book. Either way a hundred bytes describe the state."""
    n = columns * rows
    scales = n / 64 + 4 * -(-n // (64 * 256)) + 4 * 256 if double else 4 * -(-n // 64)
    return n / 2 + scales + 4 * 16 + 100


def _aqlm(columns: int, rows: int, scheme: str) -> float:
    """Codes of eight weights each, 16-bit code books, one 16-bit scale a row."""
    found = re.search(r"(\d)x(\d+)", scheme)
    books, code_bits = (int(found[1]), int(found[2])) if found else (1, 16)
    return columns * rows / 8 * books * code_bits / 8 + books * float(2**code_bits) * 8 * 2 + 2 * rows
