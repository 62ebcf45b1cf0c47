"""Scheme names as publishers write them: decorations taken off, what is no scheme told apart."""

from __future__ import annotations

from advisor.catalog.names import compiled

_DECORATION = (
    r"^(?:i1|imat|imatrix|gguf|smol)[-_ ]+|[-_ ]+(?:i1|imat|imatrix|qat|dwq)$"
    r"|\s*\((?:qat|i1|imatrix|native|rkllm|presumed)\)$"
)
"""Who made the importance matrix, that the weights were trained for it, whose runtime reads it: the type of
the weights is the same ('i1-IQ3_M', 'UD-Q4_K_XL (QAT)', 'W8A8-INT (RKLLM)')."""
_SPELLINGS = (
    (r"^bnb[-_ ]?llm\.?int8(?:\(\))?$", "BNB-INT8"),
    (r"^(bf16|f16)_r\d+$", r"\1"),
)
"""Other names of a listed scheme. A `_R16` file holds the same values in another order."""
_NO_SCHEME = (
    (
        r"^ud-q1_0$|^dq\d|\bmix\b|[-_ ]mix|mix[-_ ]|custom|thireus|[-_]like$|evopress|gptq-gguf",
        "it is a recipe of its publisher, which gives every tensor a type of its own: name the file itself",
    ),
    (
        r"^q\d_k_(?:m|xxl|p|xs)$",
        "it is a publisher's own mix, none of llama.cpp's: name the file itself, or the nearest listed mix",
    ),
    (
        r"^q8_k_r8$|^q\d_\d_\d_\d$",
        "it is a layout for one kind of processor, made while loading: name the file's own type",
    ),
    (r"^iq\d_bn", "it is a type for BitNet models only, which were trained with it"),
    (r"^nf4[-_]g\d+$", "NF4 of bitsandbytes has blocks of 64: write NF4"),
    (r"aqlm", "AQLM needs its bits and codebooks, as in AQLM-2bit-1x16"),
    (r"^kv[-_]?\d", "it is a type of the KV cache, not of weights: give it with --kv-cache"),
    (
        r"nvfp4.*fp8|fp8.*nvfp4|int8mix|fp16mix|mixed",
        "it is a checkpoint of several types: name its repository or its config.json",
    ),
    (r"^mlc[-_]", "it is a format of MLC LLM, which is no engine covered here"),
    (
        r"eetq|torchao|vptq|spqr|qtip|owq|dashq|apex|bfp8|8da4w|bitnet|ternary|1\.58",
        "it is a method that no engine covered here serves",
    ),
)
"""(spelling, what it is): names that people publish and no engine makes under that name."""


def undecorated(text: str) -> str:
    """*text* without what says nothing of the weights' type; a usual spelling becomes the listed one."""
    plain = text.strip()
    for _ in range(3):
        plain = compiled(_DECORATION).sub("", plain)
    for spelling, listed in _SPELLINGS:
        if found := compiled(spelling).match(plain):
            return found.expand(listed)
    return plain


def what_it_is(text: str) -> str:
    """What a published name that is no scheme stands for; empty when nobody knows."""
    return next((what for spelling, what in _NO_SCHEME if compiled(spelling).search(text.strip())), "")
