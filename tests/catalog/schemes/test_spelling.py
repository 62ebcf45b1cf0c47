"""Names that publishers use: understood, or refused with what they are."""

from __future__ import annotations

import pytest

from advisor.catalog.schemes import find_scheme
from advisor.errors import UnknownNameError

UNDERSTOOD = {
    "i1-IQ3_M": "IQ3_M",
    "UD-Q4_K_XL (QAT)": "UD-Q4_K_XL",
    "Q4_0 (QAT)": "Q4_0",
    "Q4_K_M-imat": "Q4_K_M",
    "GGUF Q4_K_M": "Q4_K_M",
    "smol-IQ4_KSS": "IQ4_KSS",
    "BNB-LLM.int8": "BNB-INT8",
    "BF16_R16": "BF16",
    "MLX-4bit-DWQ": "MLX-4bit-g64",
    "W8A8-INT (RKLLM)": "W8A8-INT",
}
REFUSED = {
    "W4A16-AQLM": "needs its bits and codebooks",
    "NF4-g128": "blocks of 64",
    "Q2_K_M": "a publisher's own mix",
    "Q6_K_M": "a publisher's own mix",
    "Q8_K_R8": "made while loading",
    "Q4_0_4_4": "made while loading",
    "IQ4_K-mix": "a recipe of its publisher",
    "DQ3_K_M": "a recipe of its publisher",
    "NVFP4-FP8": "a checkpoint of several types",
    "IQ2_BN": "BitNet models only",
    "KV4": "a type of the KV cache",
    "torchao-int4": "no engine covered here",
}


@pytest.mark.parametrize(("text", "name"), UNDERSTOOD.items())
def test_decorations_leave_the_scheme(text: str, name: str) -> None:
    """What says nothing of the weights' type is taken off."""
    assert find_scheme(text).name == name


@pytest.mark.parametrize(("text", "what"), REFUSED.items())
def test_what_is_no_scheme_is_said_to_be_what_it_is(text: str, what: str) -> None:
    """The error names the kind of thing and what to give instead."""
    with pytest.raises(UnknownNameError, match=what):
        find_scheme(text)
