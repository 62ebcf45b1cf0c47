"""Architectures people run, from the config.json alone, whatever the folder is called."""

from __future__ import annotations

import json

import pytest

from advisor.catalog.hf_config import read_hf
from advisor.catalog.schemes import find_scheme
from advisor.errors import BadFileError
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import kv_cache_bytes
from advisor.sizing.weights import weigh

GIB = 1 << 30
ATTENTION = {"num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 256}
GEMMA_4_12B = {
    "architectures": ["Gemma4ForConditionalGeneration"],
    "text_config": {
        **ATTENTION,
        "hidden_size": 3840,
        "intermediate_size": 15360,
        "num_hidden_layers": 48,
        "global_head_dim": 512,
        "num_global_key_value_heads": 1,
        "vocab_size": 262144,
        "sliding_window": 1024,
        "layer_types": (["sliding_attention"] * 5 + ["full_attention"]) * 8,
        "max_position_embeddings": 262144,
        "tie_word_embeddings": True,
        "attention_k_eq_v": True,
    },
}
GEMMA_4_26B = {
    "architectures": ["Gemma4ForConditionalGeneration"],
    "text_config": {
        **ATTENTION,
        "hidden_size": 2816,
        "intermediate_size": 2112,
        "moe_intermediate_size": 704,
        "num_experts": 128,
        "top_k_experts": 8,
        "num_hidden_layers": 30,
        "global_head_dim": 512,
        "num_global_key_value_heads": 2,
        "vocab_size": 262144,
        "sliding_window": 1024,
        "layer_types": (["sliding_attention"] * 5 + ["full_attention"]) * 5,
        "tie_word_embeddings": True,
    },
}
QWEN3_VL_30B = {
    "architectures": ["Qwen3VLMoeForConditionalGeneration"],
    "text_config": {
        "hidden_size": 2048,
        "intermediate_size": 6144,
        "moe_intermediate_size": 768,
        "num_experts": 128,
        "num_experts_per_tok": 8,
        "decoder_sparse_step": 1,
        "num_hidden_layers": 48,
        "num_attention_heads": 32,
        "num_key_value_heads": 4,
        "head_dim": 128,
        "vocab_size": 151936,
    },
    "vision_config": {"depth": 27, "hidden_size": 1152},
    "tie_word_embeddings": False,
}
NEMOTRON_NANO = {
    "architectures": ["NemotronHForCausalLM"],
    "hidden_size": 2688,
    "intermediate_size": 1856,
    "moe_intermediate_size": 1856,
    "moe_shared_expert_intermediate_size": 3712,
    "n_routed_experts": 128,
    "num_experts_per_tok": 6,
    "layers_block_type": [
        {"M": "mamba", "E": "moe", "*": "attention"}[kind]
        for kind in "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME"
    ],
    "num_attention_heads": 32,
    "num_key_value_heads": 2,
    "head_dim": 128,
    "mamba_num_heads": 64,
    "mamba_head_dim": 64,
    "ssm_state_size": 128,
    "conv_kernel": 4,
    "n_groups": 8,
    "vocab_size": 131072,
    "tie_word_embeddings": False,
}
MINIMAX_M3 = {
    "architectures": ["MiniMaxM3SparseForConditionalGeneration"],
    "text_config": {
        "hidden_size": 6144,
        "intermediate_size": 3072,
        "dense_intermediate_size": 12288,
        "shared_intermediate_size": 3072,
        "num_local_experts": 128,
        "num_experts_per_tok": 4,
        "n_shared_experts": 1,
        "moe_layer_freq": [0] * 3 + [1] * 57,
        "num_hidden_layers": 60,
        "num_attention_heads": 64,
        "num_key_value_heads": 4,
        "head_dim": 128,
        "vocab_size": 200064,
        "tie_word_embeddings": False,
    },
}
KIMI_K3 = {
    "architectures": ["KimiK3ForConditionalGeneration"],
    "text_config": {
        "hidden_size": 7168,
        "intermediate_size": 33792,
        "moe_intermediate_size": 3072,
        "routed_expert_hidden_size": 3584,
        "num_experts": 896,
        "num_experts_per_token": 16,
        "num_shared_experts": 2,
        "first_k_dense_replace": 1,
        "num_hidden_layers": 93,
        "num_attention_heads": 96,
        "num_key_value_heads": 96,
        "kv_lora_rank": 512,
        "q_lora_rank": 1536,
        "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64,
        "v_head_dim": 128,
        "mla_use_output_gate": True,
        "linear_attn_config": {
            "full_attn_layers": [*range(4, 93, 4), 93],
            "head_dim": 128,
            "num_heads": 96,
            "short_conv_kernel_size": 4,
            "use_full_rank_gate": True,
        },
        "vocab_size": 163840,
    },
    "tie_word_embeddings": False,
}
STEP_3_7 = {
    "architectures": ["Step3p7FlashForCausalLM"],
    "num_hidden_layers": 45,
    "hidden_size": 4096,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 128896,
    "intermediate_size": 11264,
    "sliding_window": 512,
    "layer_types": (["full_attention"] + ["sliding_attention"] * 3) * 12,
    "first_k_dense_replace": 3,
    "num_experts": 288,
    "num_experts_per_tok": 8,
    "moe_intermediate_size": 1280,
    "share_expert_dim": 1280,
    "n_shared_experts": 1,
}
DEEPSEEK_V4_FLASH = {
    "architectures": ["DeepseekV4ForCausalLM"],
    "hidden_size": 4096,
    "num_hidden_layers": 43,
    "num_attention_heads": 64,
    "num_key_value_heads": 1,
    "head_dim": 512,
    "q_lora_rank": 1024,
    "o_lora_rank": 1024,
    "o_groups": 8,
    "qk_rope_head_dim": 64,
    "moe_intermediate_size": 2048,
    "n_routed_experts": 256,
    "n_shared_experts": 1,
    "num_experts_per_tok": 6,
    "sliding_window": 128,
    "index_n_heads": 64,
    "compress_ratios": [0, 0, *([4, 128] * 20), 4, 0],
    "vocab_size": 129280,
    "tie_word_embeddings": False,
}


def model_of(place, config):
    """The model of a config.json in a folder nobody named after it."""
    folder = place / "mytune"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return read_hf(folder)


@pytest.mark.parametrize(
    ("config", "billions"),
    [
        (QWEN3_VL_30B, 30.53),
        (NEMOTRON_NANO, 31.58),
        (MINIMAX_M3, 427.0),
        (KIMI_K3, 2780.0),
        (STEP_3_7, 196.0),
        (DEEPSEEK_V4_FLASH, 284.0),
    ],
)
def test_stated_shapes_make_the_published_parameters(tmp_path, config, billions):
    """The tensors add up to the published count within 3 % (prediction blocks and towers are left out)."""
    assert weigh(model_of(tmp_path, config), find_scheme("BF16")).n_params / 1e9 == pytest.approx(
        billions, rel=0.03
    )


@pytest.mark.parametrize(
    ("config", "context", "kv_type", "n_bytes"),
    [
        # 8 full layers of 1 x 512 keys and values, 40 of 8 x 256 that hold their window and a micro batch
        (GEMMA_4_12B, 131072, "q8_0", (8 * 131072 * 1024 + 40 * 1536 * 4096) * 34 / 32),
        (GEMMA_4_26B, 262144, "f16", (5 * 262144 * 2048 + 25 * 1536 * 4096) * 2),
        # 24 latent layers of 512 + 64; 69 states of 96 heads x (128 x 128 + 3 taps x 3 x 128) in F32
        (KIMI_K3, 8192, "f16", 24 * 8192 * 576 * 2 + 69 * 96 * (128 * 128 + 9 * 128) * 4),
        (NEMOTRON_NANO, 8192, "f16", 6 * 8192 * 512 * 2 + 23 * 4 * (128 * 4096 + 3 * (4096 + 2 * 8 * 128))),
        (QWEN3_VL_30B, 8192, "f16", 48 * 8192 * 1024 * 2),
    ],
)
def test_caches_follow_from_the_configuration(tmp_path, config, context, kv_type, n_bytes):
    """Global heads, windows, latent and recurrent layers are read from the file."""
    assert kv_cache_bytes(
        model_of(tmp_path, config), ContextParams(context, 1, kv_type)
    ).value == pytest.approx(n_bytes)


def test_compressed_attention_keeps_a_window_and_a_share(tmp_path):
    """DeepSeek-V4: 43 windows of 128 tokens and a micro batch, 21 layers with one entry and indexer key per 4
    tokens, 20 with one per 128."""
    model = model_of(tmp_path, DEEPSEEK_V4_FLASH)
    window, quarter, rest = 43 * 768 * 512, 21 * 65536 // 4 * (512 + 128), 20 * 65536 // 128 * 512
    found = kv_cache_bytes(model, ContextParams(65536))
    assert (found.value, found.basis) == (2 * (window + quarter + rest), "exact")


@pytest.mark.parametrize(
    ("config", "billions"),
    [
        (
            {"architectures": ["GPT2LMHeadModel"], "n_embd": 768, "n_layer": 12, "n_head": 12, "n_ctx": 1024,
             "vocab_size": 50257, "n_inner": None, "tie_word_embeddings": True},
            0.124,
        ),
        (
            {"architectures": ["BloomForCausalLM"], "n_embed": 4096, "n_layer": 30, "num_attention_heads": 32,
             "vocab_size": 250880, "tie_word_embeddings": True},
            7.07,
        ),
        (
            {"architectures": ["GPTJForCausalLM"], "n_embd": 4096, "n_layer": 28, "n_head": 16,
             "vocab_size": 50400, "n_positions": 2048, "tie_word_embeddings": False},
            6.05,
        ),
        (
            {"architectures": ["RwkvForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32,
             "attention_hidden_size": 4096, "intermediate_size": 16384, "vocab_size": 50277},
            7.39,
        ),
        (
            {"architectures": ["MambaForCausalLM"], "d_model": 2560, "n_layer": 64, "state_size": 16,
             "intermediate_size": 5120, "vocab_size": 50280, "tie_word_embeddings": True},
            2.77,
        ),
        (
            {"architectures": ["QWenLMHeadModel"], "hidden_size": 4096, "intermediate_size": 22016,
             "num_hidden_layers": 32, "num_attention_heads": 32, "kv_channels": 128, "vocab_size": 151936,
             "tie_word_embeddings": False},
            7.72,
        ),
        (
            {"architectures": ["FalconForCausalLM"], "hidden_size": 4544, "num_hidden_layers": 32,
             "num_attention_heads": 71, "multi_query": True, "vocab_size": 65024},
            7.22,
        ),
        (
            {"architectures": ["RWForCausalLM"], "hidden_size": 4544, "n_layer": 32, "n_head": 71,
             "multi_query": True, "vocab_size": 65024, "tie_word_embeddings": False},
            7.22,
        ),
    ],
)  # fmt: skip
def test_old_layouts_are_sized(tmp_path, config, billions):
    """GPT-2, BLOOM, GPT-J, RWKV, Mamba, Qwen 1 and Falcon: widths by other names, or four times the hidden
    size; sizes and caches come without a parameter count."""
    model = model_of(tmp_path, config)
    assert weigh(model, find_scheme("Q4_K_M")).n_params / 1e9 == pytest.approx(billions, rel=0.05)
    assert kv_cache_bytes(model, ContextParams(2048)).value > 0


def test_a_model_without_attention_keeps_states_only(tmp_path):
    """Mamba's memory does not grow with the context."""
    config = {"architectures": ["MambaForCausalLM"], "d_model": 2560, "n_layer": 64, "state_size": 16,
              "vocab_size": 50280}  # fmt: skip
    model = model_of(tmp_path, config)
    assert (
        kv_cache_bytes(model, ContextParams(65536)).value == kv_cache_bytes(model, ContextParams(256)).value
    )


@pytest.mark.parametrize("key", ["num_hidden_layers", "num_experts"])
def test_absurd_counts_are_refused_before_anything_is_made(tmp_path, key):
    """A billion layers or experts is one line, not all memory."""
    with pytest.raises(BadFileError, match="no model has as many"):
        model_of(tmp_path, {**STEP_3_7, key: 1 << 39})


def test_a_vocabulary_outside_the_text_part_counts(tmp_path):
    """Some vision models state the vocabulary once, at the top."""
    text = {key: value for key, value in QWEN3_VL_30B["text_config"].items() if key != "vocab_size"}
    model = model_of(tmp_path, {**QWEN3_VL_30B, "text_config": text, "vocab_size": 151936})
    assert model.vocab_size == 151936
