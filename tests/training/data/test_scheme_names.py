"""Spellings of the sources and the names of the catalogue."""

from __future__ import annotations

import re

import pytest

from advisor.catalog.schemes import find_scheme
from advisor.training.data.scheme_names import canonical
from advisor.training.data.tables import load


def test_canonical_scheme_names_are_the_catalogue_s() -> None:
    """The catalogue resolves every scheme name of the tables to itself, but for three only papers use."""
    known_only_here = re.compile(r"VPTQ-|W4A8-INT-lqer$|Q3_K_XS$")
    for kind in ("accuracy", "speed_local", "speed_serving"):
        for name in sorted(set(load(kind)["scheme_name"]) - {""}):
            if not known_only_here.match(name):
                assert find_scheme(name).name == name


@pytest.mark.parametrize(
    ("raw", "group", "engine", "expected"),
    [
        ("Q4_K_M", float("nan"), "llama.cpp", "Q4_K_M"),
        ("Q4_K", float("nan"), "llama.cpp", "Q4_K_M"),
        ("Q4_K_R4", float("nan"), "ik_llama.cpp", "Q4_K_S"),
        ("IQ4_KS_R4", float("nan"), "ik_llama.cpp", "IQ4_KS"),
        ("Q4_K-pure", float("nan"), "ik_llama.cpp", "Q4_K-pure"),
        ("MXFP4", float("nan"), "llama.cpp", "MXFP4_MOE"),
        ("MXFP4", 32.0, "transformers", "MXFP4"),
        ("UD-Q4_K_XL+KV-q8_0", float("nan"), "llama.cpp", "UD-Q4_K_XL"),
        ("W4A16-RTN-perchannel", -1.0, "transformers", "W4A16-INT-rtn-perchannel"),
        ("W4A16-INT", 128.0, "vllm", "W4A16-INT-gptq-g128"),
        ("AWQ-4bit", float("nan"), "vllm", "W4A16-INT-awq-g128"),
        ("W4A16-HQQ-g128", 128.0, "transformers", "HQQ-4bit-g128"),
        ("MLX-4bit", float("nan"), "mlx", "MLX-4bit-g64"),
        ("EXL3-4.0BPW-MUL1", float("nan"), "exllamav3", "EXL3-4.0bpw"),
        ("FP8-DYNAMIC", float("nan"), "vllm", "W8A8-FP-dynamic"),
        ("W4A4KV4-SpinQuant-GPTQ", float("nan"), "transformers", "W4A4-INT-spinquant-gptq-perchannel"),
        ("Thireus-mix", float("nan"), "ik_llama.cpp", ""),
    ],
)
def test_scheme_spellings(raw: str, group: float, engine: str, expected: str) -> None:
    """The sources' spellings reach one canonical name; mixtures have none."""
    assert canonical(raw, group, engine=engine) == expected


def test_rows_that_quantize_only_the_cache_are_unquantized_weights() -> None:
    """A 2-bit KV cache beside 16-bit weights is F16 as far as weights go."""
    assert canonical("KV2", 128.0, 16.0, "transformers") == "F16"
