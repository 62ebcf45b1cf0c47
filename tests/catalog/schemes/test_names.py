"""The grammar of scheme names."""

from __future__ import annotations

import pytest

from advisor.catalog.schemes import find_scheme
from advisor.catalog.schemes.names import listed_name, parse, short_for


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("4.0bpw-h6-exl3", "EXL3-4.0bpw"),
        ("exl2 3.5 bpw", "EXL2-3.5bpw"),
        ("AQLM-2bit-1x16", "AQLM-2bit-1x16"),
        ("quip#-2", "QuIP#-2bit"),
        ("Q4_K-pure", "Q4_K-pure"),
        ("IQ3_XXS_R4", "IQ3_XXS_R4"),
        ("gptq-4bit-128g", "W4A16-INT-gptq-g128"),
        ("awq int4 g64", "W4A16-INT-awq-g64"),
        ("hqq-4bit", "HQQ-4bit-g64"),
    ],
)
def test_usual_spellings_have_one_name(text, name):
    """Words in any order, groups and bits as people write them; the name itself is one of the spellings."""
    assert (parse(text).name, parse(name).name) == (name, name)


@pytest.mark.parametrize("text", ["nonsense", "exl3-99bpw", "", "w4", "4bit-3bit-gptq", "gptq-awq-4bit"])
def test_what_the_grammar_does_not_cover_is_none(text):
    """Bits no method has, bits twice, two methods at once, no method."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "engine", "name"),
    [
        ("4bit", "mlx", "MLX-4bit-g64"),
        ("mxfp4", "llama.cpp", "MXFP4_MOE"),
        ("mxfp4", "vllm", "MXFP4"),
        ("4bit", "lmdeploy", "W4A16-INT-awq-g128"),
        ("fp8", "tensorrt-llm", "W8A8-FP-static"),
        ("int8", "openvino", "OV-INT8"),
        ("q4km", None, "Q4_K_M"),
        ("q9", None, None),
    ],
)
def test_short_names_mean_what_an_engines_users_mean(text, engine, name):
    """MXFP4 is a file of ggml's for llama.cpp and a checkpoint elsewhere."""
    assert listed_name(text, engine) == name


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (
            "FP4",
            "NVFP4",
            "'FP4' is taken as NVFP4; on other engines it means BNB-FP4 or MLX-NVFP4 or MXFP4_MOE",
        ),
        (
            "4bit",
            "Q4_K_M",
            "'4bit' is taken as Q4_K_M; other engines mean other schemes by it: name the engine",
        ),
        ("Q4_K_M", "Q4_K_M", ""),
        ("mxfp4", "MXFP4", ""),
    ],
)
def test_a_short_name_says_what_it_was_taken_for(text, name, said):
    """People mean NVIDIA's format by FP4, and bitsandbytes' where its library is the engine."""
    assert find_scheme(text).name == name
    assert short_for(text, name) == said
