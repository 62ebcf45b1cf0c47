"""Hugging Face directories: shapes, prequantized schemes, safetensors headers, and what is refused."""

from __future__ import annotations

import contextlib
import json
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.catalog.hf_config import read_hf
from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_model
from advisor.catalog.safetensors import read_safetensors
from advisor.errors import BadFileError, UnsupportedError

LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "intermediate_size": 14336,
    "max_position_embeddings": 131072,
    "torch_dtype": "bfloat16",
    "tie_word_embeddings": False,
}


def directory(place: Path, config: object, name: str = "Llama-3.1-8B-Instruct", **others: bytes) -> Path:
    """A model directory; other files by name with '__' for '.'."""
    folder = place / name
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    for file, data in others.items():
        (folder / file.replace("__", ".")).write_bytes(data)
    return folder


def safetensors(header: object, data_bytes: int = 0, length: int | None = None) -> bytes:
    """A safetensors file."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + b"\0" * data_bytes


def test_shapes_and_catalogue(tmp_path) -> None:
    """config.json gives the shapes; the catalogue's row of these shapes gives the rest."""
    model = read_hf(directory(tmp_path, LLAMA))
    assert (
        model.source,
        model.n_layers,
        model.hidden_size,
        model.n_kv_heads,
        model.head_dim,
        model.attention,
    ) == ("hf-config", 32, 4096, 8, 128, "gqa")
    assert (model.family, model.n_params, model.native_dtype, model.fixed_scheme) == (
        "llama-3.1",
        8_030_261_000,
        "bf16",
        None,
    )


def test_unknown_model_has_its_shapes(tmp_path) -> None:
    """A model the catalogue lacks is read all the same."""
    model = read_hf(directory(tmp_path, {**LLAMA, "num_hidden_layers": 31}, name="my-own"))
    assert (model.name, model.n_layers, model.family, model.n_params) == ("my-own", 31, None, None)


def test_nested_text_config(tmp_path) -> None:
    """Models with a vision tower keep the language model's settings one level down."""
    config = {
        "architectures": ["Gemma3ForConditionalGeneration"],
        "vision_config": {"hidden_size": 1152},
        "text_config": {
            **LLAMA,
            "hidden_size": 2560,
            "layer_types": (["sliding_attention"] * 5 + ["full_attention"]) * 6,
            "sliding_window": 1024,
        },
    }
    model = read_hf(directory(tmp_path, config, name="x"))
    assert (model.architecture, model.hidden_size, model.sliding_pattern, model.sliding_window) == (
        "Gemma3ForConditionalGeneration",
        2560,
        "1:5",
        1024,
    )


def test_mla_and_experts(tmp_path) -> None:
    """DeepSeek's keys: latent attention, routed and shared experts, leading dense layers."""
    config = {
        **LLAMA,
        "architectures": ["DeepseekV3ForCausalLM"],
        "kv_lora_rank": 512,
        "q_lora_rank": 1536,
        "qk_rope_head_dim": 64,
        "qk_nope_head_dim": 128,
        "v_head_dim": 128,
        "n_routed_experts": 256,
        "num_experts_per_tok": 8,
        "n_shared_experts": 1,
        "moe_intermediate_size": 2048,
        "first_k_dense_replace": 3,
    }
    model = read_hf(directory(tmp_path, config, name="x"))
    assert (
        model.attention,
        model.mla_kv_lora_rank,
        model.mla_rope_dim,
        model.head_dim,
        model.n_experts,
        model.n_experts_used,
        model.first_dense_layers,
    ) == ("mla", 512, 64, 192, 256, 8, 3)


def test_side_files_state_the_scheme(tmp_path) -> None:
    """AutoGPTQ and modelopt write their settings beside config.json."""
    side = json.dumps({"bits": 4, "group_size": 32}).encode()
    assert (
        read_hf(directory(tmp_path, LLAMA, quantize_config__json=side)).fixed_scheme == "W4A16-INT-gptq-g32"
    )
    side = json.dumps({"producer": {}, "quantization": {"quant_algo": "NVFP4"}}).encode()
    assert read_hf(directory(tmp_path, LLAMA, name="b", hf_quant_config__json=side)).fixed_scheme == "NVFP4"


def test_unknown_method_is_told(tmp_path) -> None:
    """A method nobody here knows is no scheme, and no silence."""
    model = read_hf(directory(tmp_path, {**LLAMA, "quantization_config": {"quant_method": "vaporware"}}))
    assert model.fixed_scheme is None
    assert "'vaporware' is not known" in model.notes[0]


def test_safetensors_headers_give_bytes(tmp_path) -> None:
    """Shapes are turned round (ggml's order); bytes are those of the file."""
    data = safetensors(
        {
            "__metadata__": {"format": "pt"},
            "a": {"dtype": "BF16", "shape": [4, 8], "data_offsets": [0, 64]},
            "b": {"dtype": "F32", "shape": [], "data_offsets": [64, 68]},
        },
        68,
    )
    model = read_hf(directory(tmp_path, LLAMA, name="m", model__safetensors=data))
    assert [(tensor.name, tensor.shape, tensor.type, tensor.n_bytes) for tensor in model.tensors] == [
        ("a", (8, 4), "BF16", 64),
        ("b", (), "F32", 4),
    ]
    assert (model.n_params, model.file_size_bytes) == (33, 68)


def test_missing_shards_are_told(tmp_path) -> None:
    """With only some of the files here, sizes come from the shapes."""
    index = json.dumps(
        {
            "metadata": {"total_parameters": 8030261248},
            "weight_map": {"a": "model.safetensors", "b": "other.safetensors"},
        }
    ).encode()
    data = safetensors({"a": {"dtype": "I8", "shape": [4], "data_offsets": [0, 4]}}, 4)
    folder = directory(tmp_path, LLAMA, model__safetensors__index__json=index, model__safetensors=data)
    model = read_hf(folder)
    assert (model.tensors, model.n_params) == ((), 8030261248)
    assert "1 of 2 weight files are not here" in model.notes[0]


def test_every_way_to_name_it(tmp_path) -> None:
    """The directory, its config.json and one of its weight files mean the same model."""
    data = safetensors({"a": {"dtype": "I8", "shape": [4], "data_offsets": [0, 4]}}, 4)
    folder = directory(tmp_path, LLAMA, model__safetensors=data)
    for path in (folder, folder / "config.json", folder / "model.safetensors"):
        assert (resolve_model(str(path)).n_layers, resolve_model(str(path)).name) == (
            32,
            "Llama-3.1-8B-Instruct",
        )


BAD_CONFIGS = {
    "not JSON": ("{", "not JSON"),
    "a list": ("[1]", "not an object"),
    "empty": ("{}", "no number of layers"),
    "a tokenizer's": ('{"model_max_length": 8}', "no number of layers"),
    "negative": ('{"num_hidden_layers": -3, "hidden_size": 8}', "no number of layers"),
    "text for numbers": ('{"num_hidden_layers": "many", "hidden_size": 8}', "no number of layers"),
    "deep": ("[" * 100_000, "not JSON"),
    "not text": ("\udcff\udcfe", "not JSON"),
}


@pytest.mark.parametrize(("text", "cause"), BAD_CONFIGS.values(), ids=BAD_CONFIGS)
def test_bad_config(tmp_path, text: str, cause: str) -> None:
    """A wrong config.json is a one-line error that names it."""
    path = tmp_path / "config.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadFileError, match=cause) as caught:
        read_hf(path)
    assert "\n" not in str(caught.value)


def test_directory_without_config(tmp_path) -> None:
    """An empty directory is no model."""
    with pytest.raises(BadFileError, match="does not exist"):
        read_hf(tmp_path)


BAD_SAFETENSORS = {
    "empty": b"",
    "short": b"\1\2",
    "huge header": struct.pack("<Q", 1 << 62) + b"{}",
    "header beyond the end": safetensors({}, length=500),
    "not JSON": safetensors(b"{{{{"),
    "a list": safetensors(b"[]"),
    "no dtype": safetensors({"a": {"shape": [1], "data_offsets": [0, 4]}}, 4),
    "unknown dtype": safetensors({"a": {"dtype": "Q9", "shape": [1], "data_offsets": [0, 4]}}, 4),
    "negative shape": safetensors({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, 4),
    "offsets outside": safetensors({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}, 4),
    "wrong bytes": safetensors({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 4]}}, 4),
    "entry is a list": safetensors({"a": [1, 2]}, 4),
    "huge shape": safetensors(
        {"a": {"dtype": "F32", "shape": [1 << 62, 1 << 62], "data_offsets": [0, 4]}}, 4
    ),
}


@pytest.mark.parametrize("data", BAD_SAFETENSORS.values(), ids=BAD_SAFETENSORS)
def test_bad_safetensors(tmp_path, data: bytes) -> None:
    """Lengths, offsets and shapes that cannot be are refused."""
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    with pytest.raises(BadFileError, match="safetensors"):
        read_safetensors(path)


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


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.dictionaries(
        st.sampled_from([*LLAMA, "text_config", "quantization_config", "layer_types", "head_dim"]),
        json_values,
        max_size=4,
    )
)
def test_odd_configs_are_read_or_refused(tmp_path, changes: dict) -> None:
    """Whatever JSON stands in a config.json: a profile or a named error."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**LLAMA, **changes}), encoding="utf-8")
    with contextlib.suppress(BadFileError):
        assert read_hf(path).n_layers > 0


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80), length=st.integers(0, 2**64 - 1))
def test_noise_is_no_safetensors(tmp_path, data: bytes, length: int) -> None:
    """Random bytes are refused, or hold no tensor."""
    path = tmp_path / "noise.safetensors"
    path.write_bytes(struct.pack("<Q", length) + data)
    with contextlib.suppress(BadFileError):
        assert read_safetensors(path) == ()


def test_scalars_that_decide_shapes_are_kept(tmp_path) -> None:
    """Settings without a field of their own stay in the metadata; lists and unrelated settings do not."""
    wanted = {
        "linear_num_value_heads": 32,
        "mamba_d_conv": 4,
        "hybrid_override_pattern": "M-M*",
        "use_qk_norm": True,
        "num_nextn_predict_layers": 1,
    }
    more = {"linear_layers": [1, 2], "rms_norm_eps": 1e-5, "initializer_range": 0.02}
    model = read_hf(directory(tmp_path, {**LLAMA, "model_type": "x", **wanted, **more}, name="Unheard-Of"))
    assert model.metadata == {"model_type": "x", **wanted}  # a pattern shorter than the model is no pattern


@pytest.mark.parametrize(
    ("settings_", "expected"),
    [
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}, {"rope_scaling": "llama3"}),
        ({"rope_parameters": {"rope_type": "default"}}, {}),
        ({"rope_scaling": {"type": "su"}}, {"rope_scaling": "longrope"}),
        (
            {"rope_scaling": {"type": "longrope"}, "partial_rotary_factor": 0.75},
            {"rope_scaling": "longrope", "rope_dim": 96},
        ),
        ({"rope_scaling": None}, {}),
        ({"rope_scaling": "broken"}, {}),
    ],
)
def test_rotary_scaling_is_kept_by_its_kind(tmp_path, settings_: dict, expected: dict) -> None:
    """Llama 3's and LongRoPE's scaling put tensors into a GGUF file; the kind is what tells."""
    model = read_hf(directory(tmp_path, {**LLAMA, **settings_}, name="Unheard-Of"))
    assert {key: value for key, value in model.metadata.items() if key != "model_type"} == expected


def test_rotary_scaling_comes_from_the_catalogue_too(tmp_path) -> None:
    """A catalogue model states it, and fills in where a config.json is silent."""
    stated = find_model("Llama-3.1-8B").metadata["rope_scaling"]
    assert stated.startswith("llama3")
    assert read_hf(directory(tmp_path, LLAMA)).metadata["rope_scaling"] == stated


@pytest.mark.parametrize(
    ("config", "cause"),
    [
        ({"model_type": "bert", "architectures": ["BertModel"]}, "an encoder: it writes no text"),
        ({"model_type": "t5", "is_encoder_decoder": True}, "an encoder and a decoder"),
    ],
)
def test_a_model_with_an_encoder_is_refused(tmp_path, config: dict, cause: str) -> None:
    """It is no decoder with another name, whatever shapes it states."""
    shapes = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "vocab_size": 30522}
    with pytest.raises(UnsupportedError, match=cause):
        read_hf(directory(tmp_path, {**shapes, **config}))
