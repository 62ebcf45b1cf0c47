"""Sizes and caches of the architectures people run, from public shapes and reports."""

import pytest

GB = 1e9
GEMMA_4_26B = {
    "architectures": ["Gemma4ForConditionalGeneration"],
    "model_type": "gemma4",
    "text_config": {
        "model_type": "gemma4_text",
        "hidden_size": 2816,
        "intermediate_size": 2112,
        "moe_intermediate_size": 704,
        "num_experts": 128,
        "top_k_experts": 8,
        "enable_moe_block": True,
        "num_hidden_layers": 30,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "num_global_key_value_heads": 2,
        "head_dim": 256,
        "global_head_dim": 512,
        "attention_k_eq_v": True,
        "sliding_window": 1024,
        "vocab_size": 262144,
        "layer_types": (["sliding_attention"] * 5 + ["full_attention"]) * 5,
        "max_position_embeddings": 262144,
        "tie_word_embeddings": True,
    },
}
QWEN3_VL_MOE = {
    "architectures": ["Qwen3VLMoeForConditionalGeneration"],
    "model_type": "qwen3_vl_moe",
    "text_config": {
        "model_type": "qwen3_vl_moe_text",
        "hidden_size": 2048,
        "intermediate_size": 6144,
        "moe_intermediate_size": 768,
        "num_experts": 128,
        "num_experts_per_tok": 8,
        "num_hidden_layers": 48,
        "num_attention_heads": 32,
        "num_key_value_heads": 4,
        "head_dim": 128,
        "vocab_size": 151936,
        "max_position_embeddings": 262144,
    },
    "vision_config": {"depth": 27, "hidden_size": 1152},
}
HYBRID_WITHOUT_A_COUNT = {
    "architectures": ["NemotronHForCausalLM"],
    "model_type": "nemotron_h",
    "hidden_size": 2688,
    "layers_block_type": ["mamba", "moe"] * 20 + ["attention", "moe"] * 6,
    "num_attention_heads": 32,
    "num_key_value_heads": 2,
    "head_dim": 128,
    "intermediate_size": 1856,
    "moe_intermediate_size": 1856,
    "moe_shared_expert_intermediate_size": 3712,
    "n_routed_experts": 128,
    "n_shared_experts": 1,
    "num_experts_per_tok": 6,
    "mamba_num_heads": 64,
    "mamba_head_dim": 64,
    "ssm_state_size": 128,
    "conv_kernel": 4,
    "n_groups": 8,
    "expand": 2,
    "vocab_size": 131072,
    "max_position_embeddings": 262144,
}


def kv_of(answer) -> float:
    """Bytes of the cache over all devices."""
    return sum(device["kv_cache_bytes"] for device in answer.plan["predicted"]["placement"]["devices"])


@pytest.mark.parametrize(
    ("card", "context"), [("RTX 3090", "131072"), ("RTX 3090", "262144"), ("RTX 4060 Ti 16GB", "65536")]
)
def test_gemma_4_12b_at_long_context_fits(recommend, card, context):
    """B03: 8 global layers of 1 KV head and 40 windows of 1024: Q8_0 fits at a long context."""
    wanted = ("--scheme", "Q8_0", "--engine", "llama.cpp", "--context", context, "--kv-cache", "q8_0")
    assert recommend("gemma-4-12b", card, *wanted).code == 0


def test_gemma_4_12b_cache(recommend):
    """B03: 131,072 tokens at q8_0 take 1.41 GB: 8 x 1 x 512 x 2 values per token and the windows."""
    wanted = ("--scheme", "Q8_0", "--engine", "llama.cpp", "--context", "131072", "--kv-cache", "q8_0")
    assert kv_of(recommend("gemma-4-12b", "RTX 3090", *wanted)) == pytest.approx(1.41 * GB, rel=0.01)


def test_cache_does_not_depend_on_the_folder(ask, folder):
    """B04: a tune of Gemma 4 in a folder of any name has the global layers of the original: 2 KV heads."""
    wanted = ("--hardware", "8x H200", "--scheme", "Q4_K_M", "--engine", "llama.cpp", "--kv-cache", "f16")
    wanted += ("--context", "262144", "--json")
    path = folder("mytune", GEMMA_4_26B)
    answer = ask("recommend", "--model", path, *wanted)
    assert kv_of(answer) == pytest.approx(5.68 * GB, rel=0.05)


@pytest.mark.parametrize(
    ("model", "hardware", "engine", "scheme"),
    [
        ("Qwen3.8-27B", "2x RTX 3090", "vllm", "W4A16-INT-gptq-g128"),
        ("Qwen3.6-27B", "2x RTX 3090", "vllm", "W4A16-INT-awq-g128"),
        ("Qwen3.6-27B", "RTX 5090", "vllm", "W4A16-INT-awq-g128"),
        ("Qwen3.6-27B", "RTX A6000", "vllm", "W8A16-INT"),
        ("Qwen3.6-27B", "L40S", "vllm", "W8A8-FP-dynamic"),
        ("Qwen3.6-27B", "RTX 3090", "exllamav3", "EXL3-4.0bpw"),
        ("Qwen3.6-27B", "M5 Max 64GB", "mlx", "MLX-4bit-g64"),
    ],
)
def test_hybrid_dense_models_in_packed_formats_fit(recommend, model, hardware, engine, scheme):
    """B16: packed hybrids are not counted at 16 bits: 4 bits take 19 to 21 GB, 8 bits about 31."""
    assert recommend(model, hardware, "--engine", engine, "--scheme", scheme).code == 0


def test_hybrid_size_and_share_agree(recommend):
    """B16: the memory printed and the share of the fullest device tell of one plan."""
    answer = recommend("Qwen3.6-27B", "M5 Max 64GB", "--engine", "mlx", "--scheme", "MLX-4bit-g64")
    devices = answer.plan["predicted"]["placement"]["devices"]
    assert max(one["planned_bytes"] / one["available_bytes"] for one in devices) < 0.5


def test_n_gram_table_stays_off_the_gpu(recommend):
    """B22: of 125 billion weights and a table of 51 billion the GPU holds about 70 GB in NVFP4."""
    answer = recommend(
        "Qwen3.8-Flash-Next-180B-A6B", "RTX PRO 6000 Blackwell", "--ram", "62GB", "--scheme", "NVFP4"
    )
    first = answer.plan["predicted"]["placement"]["devices"][0]
    assert first["weights_bytes"] == pytest.approx(70 * GB, rel=0.1)


def test_mixture_with_vision_is_read_from_its_shapes(ask, folder):
    """B41: Qwen3-VL-MoE is Qwen3-MoE in `text_config`: 31 billion parameters, 62 GB in 16 bits."""
    answer = ask("inspect", folder("vl", QWEN3_VL_MOE), "--hardware", "8x H200", "--json")
    assert answer.code == 0
    asked = ("--hardware", "8x H200", "--scheme", "BF16", "--json")
    recommended = ask("recommend", "--model", folder("vl2", QWEN3_VL_MOE), *asked)
    file = recommended.plan["predicted"]["file_size_bytes"]["value"]
    assert recommended.plan["scheme"] == "BF16"
    assert file == pytest.approx(62 * GB, rel=0.03)


def test_layers_are_counted_from_their_kinds(ask, folder):
    """B42: without `num_hidden_layers` the model has as many layers as `layers_block_type` lists."""
    path = folder("hybrid", HYBRID_WITHOUT_A_COUNT)
    answer = ask("recommend", "--model", path, "--hardware", "8x H200", "--json")
    assert answer.plan["predicted"]["placement"]["n_layers"] == 52
