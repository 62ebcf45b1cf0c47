"""Which part of a model a module name stands for, and which scheme a mixed checkpoint is called by."""

from __future__ import annotations

import pytest

from advisor.catalog.quantization_config import parts_of, scheme_of
from advisor.catalog.quantized_parts import as_text, from_text, heaviest, part_of

FP8 = {"weights": {"num_bits": 8, "type": "float"}, "input_activations": {"num_bits": 8, "type": "float"}}
NVFP4A16 = {"weights": {"num_bits": 4, "type": "float", "group_size": 16}, "input_activations": None}


@pytest.mark.parametrize(
    ("module", "part"),
    [
        ("re:.*self_attn.*", "attention"),
        ("*.attn.*", "attention"),
        ("model.layers.3.linear_attn.in_proj_qkv", "attention"),
        ("re:.*mlp\\.(gate|up|gate_up|down)_proj.*", "mlp"),
        ("model.layers.0.mlp.down_proj", "mlp"),
        ("layers.0.ffn.experts", "experts"),
        ("model.layers.3.mlp.experts.5.down_proj", "experts"),
        ("model.layers.3.mlp.shared_experts*", "shared"),
        ("lm_head", "output"),
        ("model.layers.5.mlp.gate", None),
        ("model.layers.5.mlp.shared_expert_gate", None),
        ("model.layers.5.self_attn.kv_a_layernorm", None),
        ("model.layers.0*", None),
        ("model.embed_tokens", None),
        ("Linear", None),
    ],
)
def test_module_names(module, part):
    """A part, or one of its matrices; no router, no norm, no single layer."""
    assert part_of(module) == part


def test_most_bytes_decide():
    """Attention in FP8 is named first, dense blocks in NVFP4 hold more: NVFP4 it is, and both are kept."""
    config = {
        "quant_method": "modelopt",
        "quant_algo": "MIXED_PRECISION",
        "config_groups": {
            "group_0": {**FP8, "targets": [f"model.layers.{i}.self_attn.q_proj" for i in range(4)]},
            "group_1": {**NVFP4A16, "targets": [f"model.layers.{i}.mlp.up_proj" for i in range(4)]},
        },
        "ignore": ["lm_head"],
    }
    assert scheme_of(config)[0] == "NVFP4A16"
    assert parts_of(config) == {"attention": "W8A8-FP-static", "mlp": "NVFP4A16", "output": "BF16"}


def test_layers_named_one_by_one():
    """modelopt's `quantized_layers` gives each module its algorithm."""
    config = {
        "quant_method": "modelopt",
        "quantization": {
            "quant_algo": "MIXED_PRECISION",
            "quantized_layers": {
                "model.layers.0.self_attn.q_proj": {"quant_algo": "MXFP8"},
                "model.layers.0.mlp.experts": {"quant_algo": "NVFP4"},
            },
        },
    }
    assert scheme_of(config)[0] == "NVFP4"
    assert parts_of(config) == {"attention": "MXFP8", "experts": "NVFP4"}


def test_one_matrix_of_attention_is_not_the_attention():
    """An indexer's projection left out in every layer leaves the attention quantized."""
    modules = [f"model.layers.{i}.self_attn.indexers_proj" for i in range(9)]
    assert parts_of({"quant_method": "fp8", "modules_to_not_convert": modules}) == {}


def test_the_first_layer_alone_says_nothing():
    """`model.layers.0*` among 61 layers' experts leaves no part out."""
    modules = ["model.layers.0.self_attn*", *(f"model.layers.{i}.mlp.gate" for i in range(61))]
    assert parts_of({"quant_method": "fp8", "ignore": modules}) == {}


@pytest.mark.parametrize(
    "value", [[], "x", 3, {"weights": []}, {"g": []}, {"g": {"targets": 5, "weights": 1}}]
)
@pytest.mark.parametrize(
    "key", ["config_groups", "quant_config", "quantization", "global_quant_config", "ignore"]
)
@pytest.mark.parametrize("method", ["hqq", "modelopt", "quark", "compressed-tensors", "fp8", "awq", ""])
def test_hostile_settings_are_no_crash(method, key, value):
    """Any JSON where an object is expected gives a scheme or a reason."""
    scheme, note = scheme_of({"quant_method": method, key: value})
    assert scheme or note


def test_parts_survive_the_profile():
    """What is kept as text reads back, and the heaviest part names the checkpoint."""
    parts = {"attention": "BF16", "experts": "NVFP4"}
    assert from_text(as_text(parts)) == parts
    assert heaviest(parts) == "NVFP4"
    assert heaviest({"attention": "BF16"}) is None
