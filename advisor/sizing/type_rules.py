"""The quantizer's choice for one tensor, before its shape is looked at. One function per kind of tensor."""

from typing import NamedTuple

from .blocks import BLOCKS

BASE_TYPES: dict[str, str] = {
    "F32": "F32",
    "F16": "F16",
    "BF16": "BF16",
    "Q8_0": "Q8_0",
    "Q6_K": "Q6_K",
    "Q5_K_M": "Q5_K",
    "Q5_K_S": "Q5_K",
    "Q5_1": "Q5_1",
    "Q5_0": "Q5_0",
    "Q4_K_M": "Q4_K",
    "Q4_K_S": "Q4_K",
    "Q4_1": "Q4_1",
    "Q4_0": "Q4_0",
    "IQ4_NL": "IQ4_NL",
    "IQ4_XS": "IQ4_XS",
    "MXFP4_MOE": "MXFP4",
    "Q3_K_L": "Q3_K",
    "Q3_K_M": "Q3_K",
    "Q3_K_S": "Q3_K",
    "IQ3_M": "IQ3_S",
    "IQ3_S": "IQ3_S",
    "IQ3_XS": "IQ3_S",
    "IQ3_XXS": "IQ3_XXS",
    "Q2_K": "Q2_K",
    "Q2_K_S": "Q2_K",
    "IQ2_M": "IQ2_S",
    "IQ2_S": "IQ2_XS",
    "IQ2_XS": "IQ2_XS",
    "IQ2_XXS": "IQ2_XXS",
    "TQ2_0": "TQ2_0",
    "TQ1_0": "TQ1_0",
    "Q2_0": "Q2_0",
    "IQ1_M": "IQ1_M",
    "IQ1_S": "IQ1_S",
    "Q1_0": "Q1_0",
    # Names of a single block type, for `NAME-pure` only.
    "Q5_K": "Q5_K",
    "Q4_K": "Q4_K",
    "Q3_K": "Q3_K",
    "MXFP4": "MXFP4",
}
"""llama-quantize's name -> the type every tensor starts from."""

ASK_FOR_IMATRIX = frozenset({"IQ3_XXS", "IQ4_NL", "IQ4_XS", "Q4_0", "Q5_0"})
"""The ftypes that choose other types where there is an importance matrix."""
TINY = frozenset({"IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M", "IQ1_S", "IQ1_M"})
"""The one- and two-bit ftypes, which have rules of their own."""

_LOW_OUTPUT = TINY | {"IQ3_XXS"}
_TWO_BIT_S = frozenset({"IQ2_S", "IQ2_M"})
_EIGHT_EXPERTS_Q5_OUTPUT = frozenset(
    {
        "Q2_K",
        "IQ3_XS",
        "IQ3_XXS",
        "Q3_K_S",
        "Q3_K_M",
        "IQ4_NL",
        "Q4_K_S",
        "Q4_K_M",
        "IQ3_S",
        "IQ3_M",
        "IQ4_XS",
    }
)
_EMBEDDING = {
    **dict.fromkeys(("IQ2_XXS", "IQ2_XS", "IQ1_S", "IQ1_M"), "Q2_K"),
    **dict.fromkeys(("IQ2_S", "IQ2_M", "IQ3_XXS"), "IQ3_S"),
    **dict.fromkeys(("TQ1_0", "TQ2_0", "Q2_0"), "Q4_K"),
}


class Facts(NamedTuple):
    """What the rules ask about the whole model."""

    architecture: str
    """llama.cpp's name."""
    n_layers: int
    n_attn_v: int
    gqa: int
    """Heads per KV head, integer division; 0 when the file states no KV heads for layer 0."""
    n_experts: int
    is_70b: bool
    """llama.cpp's model type 70B: Llama 2/3 70B, Qwen2 72B, 80-layer Deci and OLMo."""
    tied: bool


class Position(NamedTuple):
    """One tensor as the rules see it."""

    category: str
    number: int
    shape: tuple[int, ...]


_BY_POSITION = {
    "attn_v": frozenset({"Q3_K_M", "Q4_K_S", "Q4_K_M", "Q5_K_M"}),
    "ffn_up": frozenset({"IQ3_XS"}),
    "ffn_gate": frozenset({"IQ3_XS"}),
}


def by_position(ftype: str, category: str) -> bool:
    """Whether tensors of one *category* may get different types under *ftype*."""
    return category == "ffn_down" or ftype in _BY_POSITION.get(category, ())


def more_bits(i: int, n: int) -> bool:
    """Whether tensor *i* of *n* is in the first or last eighth, or every third in between."""
    return i < n // 8 or i >= 7 * n // 8 or (i - n // 8) % 3 == 2


def choose(known: Facts, ftype: str, base: str, imatrix: bool, tensor: Position) -> str:
    """The type of *tensor*; *base* is the ftype's own."""
    kind = tensor.category
    if kind == "output" or (known.tied and kind == "token_embd"):
        return _output(known, ftype, base, tensor.shape[0])
    if ftype == "MXFP4_MOE":
        return "MXFP4" if len(tensor.shape) > 2 and tensor.shape[2] > 1 else "Q8_0"
    if kind == "token_embd":
        return _EMBEDDING.get(ftype, base)
    if kind == "other":
        return base
    if ftype in TINY:
        return _tiny(known, ftype, base, tensor)
    if kind == "attn_v":
        return _attn_v(known, ftype, base, imatrix, tensor.number)
    if kind in ("attn_k", "attn_q"):
        if kind == "attn_k" and known.n_experts == 8:
            return "Q8_0"
        return {"IQ3_XS": "IQ3_XXS", "IQ3_XXS": "IQ2_S"}.get(ftype, base)
    if kind == "ffn_down":
        return _ffn_down(known, ftype, base, imatrix, tensor.number)
    if kind == "attn_output":
        return _attn_output(known, ftype, base)
    n = known.n_layers
    if ftype == "IQ3_XS" and n // 8 <= tensor.number < 7 * n // 8:
        return "IQ3_XXS"
    return base


def _output(known: Facts, ftype: str, base: str, row_length: int) -> str:
    if ftype == "MXFP4_MOE" or known.architecture == "falcon" or row_length % BLOCKS[base][0]:
        return "Q8_0"
    if ftype in _LOW_OUTPUT:
        return "Q5_K"
    return "Q8_0" if base == "Q8_0" else "Q6_K"


def _tiny(known: Facts, ftype: str, base: str, tensor: Position) -> str:
    """The one- and two-bit ftypes."""
    better = "IQ3_S" if ftype in _TWO_BIT_S else "Q2_K"
    kind = tensor.category
    if kind == "attn_v":
        return "Q4_K" if known.gqa >= 4 or known.n_experts >= 4 else better
    if kind == "attn_k":
        return "Q4_K" if known.n_experts == 8 else base
    if kind == "ffn_down":
        return better if tensor.number < known.n_layers // 8 else base
    if kind == "attn_output":
        if known.n_experts == 8:
            return "Q5_K"
        return {"IQ1_S": "IQ2_XXS", "IQ1_M": "IQ2_XXS", "IQ2_S": "IQ3_S", "IQ2_M": "IQ3_S"}.get(ftype, base)
    return base


def _attn_v(known: Facts, ftype: str, base: str, imatrix: bool, i: int) -> str:
    grouped = known.gqa >= 4
    name = base
    if ftype == "Q2_K":
        name = "Q4_K" if grouped else "Q3_K"
    elif ftype == "IQ3_XXS":
        name = "Q4_K" if grouped else ("IQ3_XXS" if imatrix else "IQ3_S")
    elif (ftype in ("Q2_K_S", "IQ3_XS", "IQ3_S") and grouped) or ftype == "IQ3_M":
        name = "Q4_K"
    elif ftype == "Q3_K_M":
        name = "Q5_K" if i < 2 else "Q4_K"
    elif ftype == "Q3_K_L" or (ftype in ("IQ4_NL", "IQ4_XS") and grouped) or (ftype == "Q4_K_S" and i < 4):
        name = "Q5_K"
    elif ftype in ("Q4_K_M", "Q5_K_M") and more_bits(i, known.n_attn_v):
        name = "Q6_K"
    if known.is_70b and name in ("Q3_K", "Q4_K"):
        name = "Q5_K"
    return "Q8_0" if known.n_experts == 8 else name


def _ffn_down(known: Facts, ftype: str, base: str, imatrix: bool, i: int) -> str:
    n = known.n_layers
    falcon = known.architecture == "falcon"
    early = i < n // 8
    name = base
    if ftype == "Q2_K":
        name = "Q3_K"
    elif ftype == "IQ3_XXS" and not imatrix:
        name = "Q4_K" if early else "Q3_K"
    elif ftype == "Q3_K_M":
        name = "Q5_K" if i < n // 16 else ("Q4_K" if not falcon or more_bits(i, n) else "Q3_K")
    elif ftype == "Q3_K_L":
        name = "Q4_K" if falcon else "Q5_K"
    elif ftype == "Q4_K_M" and falcon:
        name = "Q6_K" if i < n // 16 else ("Q5_K" if more_bits(i, n) else "Q4_K")
    elif ftype in ("Q4_K_M", "Q5_K_M"):
        name = "Q6_K" if more_bits(i, n) else base
    elif ftype == "IQ3_M":
        name = "Q4_K" if early or (known.n_experts == 8 and more_bits(i, n)) else base
    elif early:
        name = _early_ffn_down(ftype, base, imatrix, falcon)
    return name


def _early_ffn_down(ftype: str, base: str, imatrix: bool, falcon: bool) -> str:
    """The ftypes that only spare the first eighth of the layers."""
    if ftype == "Q2_K_S":
        return "Q4_K"
    if (ftype in ("IQ4_NL", "IQ4_XS") and not imatrix) or (ftype == "Q4_K_S" and not falcon):
        return "Q5_K"
    if imatrix and ftype in ("Q4_0", "Q5_0"):
        return {"Q4_0": "Q4_1", "Q5_0": "Q5_1"}[ftype]
    return base


def _attn_output(known: Facts, ftype: str, base: str) -> str:
    if known.architecture == "falcon":
        return "Q4_K" if ftype == "Q3_K_L" else base
    if known.n_experts == 8:
        return "Q5_K" if ftype in _EIGHT_EXPERTS_Q5_OUTPUT else base
    return {"Q2_K": "Q3_K", "IQ3_XXS": "IQ3_S", "Q3_K_M": "Q4_K", "Q3_K_L": "Q5_K", "IQ3_M": "Q4_K"}.get(
        ftype, base
    )
