"""What engines can run, and with which flags: bug reports and recipes of the engines' own projects."""

import pytest

MOE_FP8 = {
    "architectures": ["Qwen3MoeForCausalLM"],
    "model_type": "qwen3_moe",
    "num_key_value_heads": 4,
    "head_dim": 128,
    "vocab_size": 151936,
    "max_position_embeddings": 40960,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128], "fmt": "e4m3"},
}
QWEN3_235B_FP8 = {
    **MOE_FP8,
    "hidden_size": 4096,
    "intermediate_size": 12288,
    "moe_intermediate_size": 1536,
    "num_hidden_layers": 94,
    "num_attention_heads": 64,
}
QWEN3_30B_FP8 = {
    **MOE_FP8,
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "moe_intermediate_size": 768,
    "num_hidden_layers": 48,
    "num_attention_heads": 32,
}
DENSE_32B = {
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "hidden_size": 5120,
    "intermediate_size": 25600,
    "num_hidden_layers": 64,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 151936,
    "max_position_embeddings": 40960,
    "dtype": "bfloat16",
}
FP8 = {
    "weights": {"num_bits": 8, "type": "float", "dynamic": False},
    "input_activations": {"num_bits": 8, "type": "float", "dynamic": False},
}
NVFP4_WEIGHTS = {"weights": {"num_bits": 4, "type": "float", "group_size": 16}}
MIXED = {
    "quant_method": "modelopt",
    "quant_algo": "MIXED_PRECISION",
    "config_groups": {
        "group_0": {
            **FP8,
            "targets": [f"model.layers.{n}.self_attn.{p}_proj" for n in range(64) for p in "qkvo"],
        },
        "group_1": {
            **NVFP4_WEIGHTS,
            "targets": [f"model.layers.{n}.mlp.{p}_proj" for n in range(64) for p in ("gate", "up", "down")],
        },
    },
}
NVFP4 = {
    "quant_method": "modelopt",
    "quant_algo": "NVFP4",
    "config_groups": {
        "group_0": {
            "weights": {"num_bits": 4, "type": "float", "group_size": 16},
            "input_activations": {"num_bits": 4, "type": "float", "group_size": 16},
            "targets": ["Linear"],
        }
    },
}


@pytest.mark.parametrize(
    ("name", "config", "hardware"),
    [("q235", QWEN3_235B_FP8, "8x H100 SXM5 80GB"), ("q30", QWEN3_30B_FP8, "4x RTX 4090")],
)
def test_tensor_parallel_divides_fp8_blocks(ask, folder, name, config, hardware):
    """B08: expert widths of 1536 over 8 and 768 over 4 cut blocks of 128: whole experts, or fewer."""
    path = folder(name, config)
    answer = ask("recommend", "--model", path, "--hardware", hardware, "--engine", "vllm", "--json")
    degree = int(answer.after("--tensor-parallel-size")) if "--tensor-parallel-size" in answer.words else 1
    cut = config["moe_intermediate_size"] % (degree * 128) != 0
    assert ("--enable-expert-parallel" in answer.words) is cut


@pytest.mark.parametrize(
    ("model", "hardware", "scheme"),
    [
        ("gpt-oss-20b", "Radeon AI PRO R9700", "MXFP4"),
        ("Qwen3-Coder-30B-A3B", "Radeon AI PRO R9700", "W4A16-INT-gptq-g128"),
        ("Qwen3-14B", "Radeon AI PRO R9700", "W8A8-FP-dynamic"),
        ("Qwen3.6-27B", "Radeon AI PRO R9700", "W4A16-INT-awq-g128"),
        ("Qwen3-14B", "2x RX 7900 XTX", "W4A16-INT-awq-g128"),
    ],
)
def test_vllm_runs_on_radeon(recommend, model, hardware, scheme):
    """B11: GPTQ, AWQ, MXFP4 and FP8 run in vLLM on gfx12, AWQ on gfx11."""
    answer = recommend(model, hardware, "--engine", "vllm", "--scheme", scheme)
    assert (answer.code, answer.plan["scheme"]) == (0, scheme)


@pytest.mark.parametrize("hardware", ["MI300X", "MI325X", "MI355X"])
def test_mxfp4_is_served_as_published_on_instinct(recommend, hardware):
    """B12: gpt-oss-120b is served as it is, without --quantization, at about 65 GB."""
    answer = recommend("gpt-oss-120b", hardware, "--engine", "vllm")
    file = answer.plan["predicted"]["file_size_bytes"]["value"]
    assert (answer.plan["scheme"], "--quantization" in answer.words) == ("MXFP4", False)
    assert file == pytest.approx(65e9, rel=0.02)


@pytest.mark.parametrize(
    ("model", "hardware"), [("gpt-oss-20b", "T4"), ("Qwen3-30B-A3B", "RTX 4060 Ti 16GB")]
)
def test_vllm_has_nothing_below_four_bits_for_mixtures(recommend, model, hardware):
    """B13: vLLM's kernel for mixtures takes 4 or 8 bits, MXFP4 needs compute capability 8.0: nothing fits."""
    assert recommend(model, hardware, "--engine", "vllm").code == 3


@pytest.mark.parametrize(
    ("model", "hardware"), [("gpt-oss-20b", "T4"), ("Qwen3-30B-A3B", "RTX 4060 Ti 16GB")]
)
def test_llama_cpp_runs_those_mixtures(recommend, model, hardware):
    """B13: without --engine, llama.cpp runs both."""
    assert recommend(model, hardware).plan["engine"] in ("llama.cpp", "ollama")


@pytest.mark.parametrize(
    ("model", "scheme", "hardware", "left_out"),
    [
        ("Gemma-4-26B-A4B", "W8A8-FP-static", "RTX PRO 6000 Blackwell", ("router", "vision")),
        ("Qwen3-30B-A3B", "W4A16-INT-awq-g128", "RTX 5090", ("mlp.gate$",)),
        ("Qwen3-30B-A3B", "NVFP4", "RTX 5090", ("mlp.gate$",)),
        (
            "Qwen3.6-35B-A3B",
            "NVFP4",
            "RTX 5090",
            ("mlp.gate$", "shared_expert_gate", "visual", "linear_attn"),
        ),
        ("Qwen3-VL-32B", "W4A16-INT-awq-g32", "RTX 5090", ("visual",)),
    ],
)
def test_recipes_leave_out_what_the_engine_does_not_load_quantized(ask, model, scheme, hardware, left_out):
    """B14, B15: routers, gates, vision towers and linear attention stay in 16 bits, by architecture."""
    wanted = ("--hardware", hardware, "--scheme", scheme, "--engine", "vllm", "--format", "script")
    text = ask("deploy", "--model", model, *wanted).text
    ignored = next((line for line in text.splitlines() if "ignore=" in line), "")
    missing = [words for words in left_out if ignored and words not in ignored]
    assert missing == []
    assert ignored or "vllm serve" in text


def test_mixtures_are_quantized_symmetrically(ask):
    """B15: vLLM does not load asymmetric mixtures of experts."""
    wanted = ("--scheme", "W4A16-INT-awq-g128", "--hardware", "RTX 4090", "--engine", "vllm")
    text = ask("deploy", "--model", "Qwen3-30B-A3B", *wanted, "--format", "script").text
    assert "W4A16_ASYM" not in text


def test_mixed_checkpoint_is_sized_by_its_parts(ask, folder):
    """B17: MLPs in NVFP4 and attention in FP8 are about 22 GB and fit 32 GB."""
    path = folder("mixed", {**DENSE_32B, "quantization_config": MIXED})
    answer = ask("recommend", "--model", path, "--hardware", "RTX 5090", "--engine", "vllm", "--json")
    assert answer.plan["predicted"]["file_size_bytes"]["value"] == pytest.approx(22.6e9, rel=0.05)


def test_named_mixed_checkpoint_fits(recommend):
    """B17: nvidia/Qwen3.6-27B-NVFP4 loads on 32 GB, under its own name."""
    answer = recommend("nvidia/Qwen3.6-27B-NVFP4", "RTX 5090")
    assert (answer.code, "nvidia/Qwen3.6-27B-NVFP4" in answer.words) == (0, True)


@pytest.mark.parametrize("hardware", ["RTX 3090", "8x H200", "L40S", "A100 80GB"])
def test_nvfp4_checkpoints_run_weight_only(ask, folder, hardware):
    """B18: below compute capability 10 the weights stay in 4 bits and run through Marlin, with a warning."""
    path = folder("fp4", {**DENSE_32B, "quantization_config": NVFP4})
    answer = ask("recommend", "--model", path, "--hardware", hardware, "--engine", "vllm", "--json")
    assert answer.code == 0
    assert any("Marlin" in warning for warning in answer.document["warnings"])


def test_jetson_thor_uses_its_gpu(recommend):
    """B23: llama.cpp runs on Thor with CUDA in unified memory."""
    answer = recommend("Qwen3-8B", "Jetson AGX Thor T5000", "--engine", "llama.cpp", "--scheme", "Q4_K_M")
    assert (answer.plan["backend"], answer.plan["predicted"]["placement"]["kind"]) == ("cuda", "unified")


@pytest.mark.parametrize(
    ("model", "hardware", "scheme", "most"),
    [
        ("Qwen3.5-122B-A10B", "2x RTX 3090 + 128GB", "UD-Q4_K_XL", 24),
        ("Qwen3.6-35B-A3B", "2x RTX 3060 12GB + 64GB", "Q6_K", 15),
    ],
)
def test_experts_in_main_memory_beside_two_gpus(recommend, model, hardware, scheme, most):
    """B25: llama.cpp takes the first layers off GPU 0 only: -ts balances, so that fewer layers leave."""
    answer = recommend(model, hardware, "--engine", "llama.cpp", "--scheme", scheme)
    assert "-ts" in answer.words
    assert int(answer.after("-ncmoe")) <= most


@pytest.mark.parametrize(
    ("model", "hardware", "share"),
    [("Qwen2-7B", "Jetson Orin NX 16GB", 0.8), ("Qwen3-30B-A3B", "DGX Spark", 0.6)],
)
def test_vllm_reserves_what_the_plan_needs_of_unified_memory(recommend, model, hardware, share):
    """B27: 0.92 of memory shared with the system starves it; the share follows from the plan."""
    answer = recommend(model, hardware, "--engine", "vllm")
    assert float(answer.after("--gpu-memory-utilization")) <= share


@pytest.mark.parametrize(
    ("model", "backend", "cards"), [("Qwen3-8B", "cuda", 1), ("Llama-3.3-70B", "vulkan", 2)]
)
def test_cards_of_two_makers_are_joined_only_for_what_one_does_not_hold(recommend, model, backend, cards):
    """ROCm runs on no GeForce: the native build on its own card, or Vulkan over both."""
    plan = recommend(model, "RTX 4090 + RX 7900 XTX").plan
    assert (plan["backend"], plan["predicted"]["placement"]["n_gpus"]) == (backend, cards)


def test_images_asked_for_are_read(recommend):
    """The command loads the projector, memory holds it, and MLX-LM, which reads text only, is not taken."""
    text = recommend("Gemma-3-12B", "M4 Pro 24GB", "--scheme", "Q6_K")
    seen = recommend("Gemma-3-12B", "M4 Pro 24GB", "--scheme", "Q6_K", "--modality", "vision")
    assert ("--no-mmproj" in text.words, "--no-mmproj" in seen.words) == (True, False)
    sizes = [one.document["recommendation"]["predicted"]["memory_bytes"]["value"] for one in (text, seen)]
    assert sizes[1] - sizes[0] == 1_100_000_000
    assert [line for line in seen.document["warnings"] if line.startswith("images: the projector")] != []


@pytest.mark.parametrize("model", ["Qwen3-VL-32B", "Qwen3-VL-8B", "Gemma-3-12B"])
def test_vision_models_say_text_only(recommend, model):
    """B26: the projector is not in the plan, the command loads none, and the answer says so."""
    answer = recommend(model, "RTX 4090", "--engine", "llama.cpp", "--scheme", "Q4_K_M")
    assert "--no-mmproj" in answer.words
    assert [line for line in answer.document["warnings"] if line.startswith("text only")] != []
