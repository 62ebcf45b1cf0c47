"""What `quantization_config` says in each method's own words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.hf_config import read_hf
from advisor.catalog.quantization_config import scheme_of

LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 4096,
    "num_hidden_layers": 32,
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["weights", "group_size", "num_bits", "type", "config_groups", "bits", "a"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def compressed(bits: int, kind: str, group: object = None, **inputs: object) -> dict:
    """A compressed-tensors configuration."""
    weights = {
        "num_bits": bits,
        "type": kind,
        "group_size": group,
        "strategy": inputs.pop("strategy", "channel"),
    }
    return {
        "quant_method": "compressed-tensors",
        "config_groups": {"group_0": {"weights": weights, "input_activations": inputs or None}},
    }


METHODS = [
    (compressed(8, "float", num_bits=8, type="float", dynamic=True), "W8A8-FP-dynamic"),
    (compressed(8, "float", num_bits=8, type="float", dynamic=False), "W8A8-FP-static"),
    (compressed(8, "float", strategy="block", num_bits=8, type="float", dynamic=True), "W8A8-FP-block"),
    (compressed(8, "float"), "W8A16-FP"),
    (compressed(8, "int", num_bits=8, type="int", dynamic=True), "W8A8-INT"),
    (compressed(8, "int"), "W8A16-INT"),
    (compressed(4, "int", 128), "W4A16-INT-gptq-g128"),
    (compressed(4, "float", 16, num_bits=4, type="float"), "NVFP4"),
    (compressed(4, "float", 16), "NVFP4A16"),
    (compressed(4, "float", 32, num_bits=4, type="float"), "MXFP4"),
    ({"quant_method": "gptq", "bits": 4, "group_size": 128}, "W4A16-INT-gptq-g128"),
    ({"quant_method": "gptq", "bits": 3, "group_size": -1}, "W3A16-INT-gptq-perchannel"),
    ({"quant_method": "awq", "bits": 4, "group_size": 64}, "W4A16-INT-awq-g64"),
    ({"quant_method": "awq", "w_bit": 4, "q_group_size": 128}, "W4A16-INT-awq-g128"),
    ({"quant_method": "auto-round", "bits": 4, "group_size": 128}, "W4A16-INT-autoround-g128"),
    ({"quant_method": "fp8", "weight_block_size": [128, 128]}, "W8A8-FP-block"),
    ({"quant_method": "fp8", "activation_scheme": "static"}, "W8A8-FP-static"),
    ({"quant_method": "fbgemm_fp8"}, "W8A8-FP-dynamic"),
    ({"quant_method": "bitsandbytes", "load_in_8bit": True}, "BNB-INT8"),
    ({"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}, "NF4"),
    ({"quant_method": "bitsandbytes", "bnb_4bit_use_double_quant": True}, "NF4-DQ"),
    (
        {"quant_method": "hqq", "quant_config": {"weight_quant_params": {"nbits": 2, "group_size": 16}}},
        "HQQ-2bit-g16",
    ),
    ({"quant_method": "mxfp4"}, "MXFP4A16"),
    ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "NVFP4"),
    ({"quant_method": "modelopt", "quantization": {"quant_algo": "FP8"}}, "W8A8-FP-static"),
    ({"quant_method": "quark", "global_quant_config": {"weight": {"dtype": "fp4"}}}, "MXFP4"),
    ({"quant_method": "exl2", "bits": 4.0}, "EXL2-4.0bpw"),
    ({"quant_method": "exl3", "bits": 3.5}, "EXL3-3.5bpw"),
    ({"quant_method": "aqlm", "nbits_per_codebook": 16}, "AQLM-2bit-1x16"),
    ({"bits": 4, "group_size": 64}, "MLX-4bit-g64"),
]


@pytest.mark.parametrize(("config", "expected"), METHODS)
def test_prequantized_scheme(tmp_path, config: dict, expected: str) -> None:
    """Every method's own way of stating itself leads to the canonical name."""
    (tmp_path / "config.json").write_text(
        json.dumps({**LLAMA, "quantization_config": config}), encoding="utf-8"
    )
    assert (expected, expected) == (scheme_of(config)[0], read_hf(tmp_path).fixed_scheme)


@settings(max_examples=200, deadline=None)
@given(
    method=st.sampled_from(
        ["compressed-tensors", "gptq", "awq", "fp8", "hqq", "modelopt", "quark", "exl2", "aqlm", "", "x"]
    ),
    rest=st.dictionaries(
        st.sampled_from(
            [
                "bits",
                "group_size",
                "config_groups",
                "global_quant_config",
                "quant_config",
                "quantization",
                "weight_block_size",
                "quant_algo",
            ]
        ),
        json_values,
        max_size=4,
    ),
)
def test_odd_quantization_configs(method: str, rest: dict) -> None:
    """A quantization_config of any content gives a name or a reason."""
    name, note = scheme_of({"quant_method": method, **rest})
    assert name or note
