"""Hugging Face class name -> llama.cpp architecture and the function that lays out its tensors."""

from __future__ import annotations

_DENSE: dict[str, tuple[str, str]] = {
    # class: (llama.cpp architecture, kind of dense.SHAPES)
    "LlamaForCausalLM": ("llama", "llama"),
    "MistralForCausalLM": ("llama", "llama"),
    "Mistral3ForConditionalGeneration": ("llama", "llama"),
    "Qwen2ForCausalLM": ("qwen2", "qwen2"),
    "MiMoForCausalLM": ("qwen2", "qwen2"),
    "Qwen2_5_VLForConditionalGeneration": ("qwen2vl", "qwen2"),
    "Qwen3ForCausalLM": ("qwen3", "qwen3"),
    "Qwen3VLForConditionalGeneration": ("qwen3vl", "qwen3"),
    "GemmaForCausalLM": ("gemma", "gemma"),
    "Gemma2ForCausalLM": ("gemma2", "gemma2"),
    "Phi3ForCausalLM": ("phi3", "phi3"),
    "PhiForCausalLM": ("phi2", "phi2"),
    "Starcoder2ForCausalLM": ("starcoder2", "starcoder2"),
    "GPTNeoXForCausalLM": ("gptneox", "gptneox"),
    "Cohere2ForCausalLM": ("cohere2", "cohere"),
    "GlmForCausalLM": ("chatglm", "chatglm"),
    "Glm4ForCausalLM": ("glm4", "glm4"),
    "GraniteForCausalLM": ("granite", "llama"),
    "OlmoForCausalLM": ("olmo", "olmo"),
    "Olmo2ForCausalLM": ("olmo2", "olmo2"),
    "Olmo3ForCausalLM": ("olmo2", "olmo2"),
    "SmolLM3ForCausalLM": ("smollm3", "llama"),
    "MiniCPMForCausalLM": ("minicpm", "llama"),
    "NemotronForCausalLM": ("nemotron", "nemotron"),
    "ExaoneForCausalLM": ("exaone", "llama"),
    "Exaone4ForCausalLM": ("exaone4", "exaone4"),
    "InternLM2ForCausalLM": ("internlm2", "llama"),
    "InternLM3ForCausalLM": ("llama", "llama"),
    "HunYuanDenseV1ForCausalLM": ("hunyuan-dense", "qwen3"),
    "Ernie4_5ForCausalLM": ("ernie4_5", "llama"),
    "SeedOssForCausalLM": ("seed_oss", "seed_oss"),
    "ApertusForCausalLM": ("apertus", "apertus"),
    "ArceeForCausalLM": ("arcee", "arcee"),
}

_MOE: dict[str, tuple[str, str]] = {
    # class: (llama.cpp architecture, kind of moe.SHAPES)
    "MixtralForCausalLM": ("llama", "mixtral"),
    "Qwen2MoeForCausalLM": ("qwen2moe", "qwen2moe"),
    "Qwen3MoeForCausalLM": ("qwen3moe", "qwen3moe"),
    "OlmoeForCausalLM": ("olmoe", "olmoe"),
    "PhiMoEForCausalLM": ("phimoe", "phimoe"),
    "GraniteMoeForCausalLM": ("granitemoe", "mixtral"),
    "HunYuanMoEV1ForCausalLM": ("hunyuan-moe", "hunyuan"),
    "Ernie4_5_MoeForCausalLM": ("ernie4_5-moe", "ernie"),
    "MiniMaxM2ForCausalLM": ("minimax-m2", "minimax-m2"),
    "BailingMoeV2ForCausalLM": ("bailingmoe2", "bailingmoe2"),
    "AfmoeForCausalLM": ("afmoe", "afmoe"),
    "SolarOpenForCausalLM": ("glm4moe", "solar-open"),
}

_OTHERS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    # class: (llama.cpp architecture, module, function, arguments)
    "Gemma3ForCausalLM": ("gemma3", "gemma", "gemma3", ()),
    "Gemma3ForConditionalGeneration": ("gemma3", "gemma", "gemma3", ()),
    "Gemma3nForConditionalGeneration": ("gemma3n", "gemma", "gemma3n", ()),
    "Gemma4ForConditionalGeneration": ("gemma4", "gemma", "gemma4", ()),
    "Gemma4UnifiedForConditionalGeneration": ("gemma4", "gemma", "gemma4", ()),
    "FalconForCausalLM": ("falcon", "dense", "falcon", ()),
    "StableLmForCausalLM": ("stablelm", "dense", "stablelm", ()),
    "CohereForCausalLM": ("command-r", "dense", "cohere", ()),
    "GptOssForCausalLM": ("gpt-oss", "moe", "gpt_oss", ()),
    "Glm4MoeForCausalLM": ("glm4moe", "moe", "glm4moe", ()),
    "Llama4ForConditionalGeneration": ("llama4", "moe", "llama4", ()),
    "Step3p5ForCausalLM": ("step35", "moe", "step35", ()),
    "MiMoV2FlashForCausalLM": ("mimo2", "moe", "mimo2", ()),
    "MiMoV2ForCausalLM": ("mimo2", "moe", "mimo2", ()),
    "DeepseekForCausalLM": ("deepseek", "mla", "deepseek", ("deepseek",)),
    "DeepseekV2ForCausalLM": ("deepseek2", "mla", "deepseek", ("deepseek2",)),
    "DeepseekV3ForCausalLM": ("deepseek2", "mla", "deepseek", ("deepseek3",)),
    "DeepseekV32ForCausalLM": ("deepseek32", "mla", "deepseek", ("sparse",)),
    "MistralLarge3ForCausalLM": ("deepseek2", "mla", "deepseek", ("deepseek2",)),
    "KimiK25ForConditionalGeneration": ("deepseek2", "mla", "deepseek", ("deepseek3",)),
    "Glm4MoeLiteForCausalLM": ("deepseek2", "mla", "deepseek", ("deepseek3",)),
    "GlmMoeDsaForCausalLM": ("glm-dsa", "mla", "deepseek", ("sparse",)),
    "Qwen3NextForCausalLM": ("qwen3next", "hybrid", "qwen_next", ("qwen3next",)),
    "Qwen3_5ForConditionalGeneration": ("qwen35", "hybrid", "qwen_next", ("qwen35",)),
    "Qwen3_5MoeForConditionalGeneration": ("qwen35moe", "hybrid", "qwen_next", ("qwen35",)),
    "Qwen3_5MoeForCausalLM": ("qwen35moe", "hybrid", "qwen_next", ("qwen35",)),
    "GraniteMoeHybridForCausalLM": ("granitehybrid", "hybrid", "granite", ()),
    "NemotronHForCausalLM": ("nemotron_h", "hybrid", "nemotron", ()),
    "FalconH1ForCausalLM": ("falcon-h1", "hybrid", "falcon_h1", ()),
    "Lfm2ForCausalLM": ("lfm2", "hybrid", "lfm2", ()),
    "Lfm2MoeForCausalLM": ("lfm2moe", "hybrid", "lfm2", ()),
    "JambaForCausalLM": ("jamba", "hybrid", "jamba", ()),
    "KimiLinearForCausalLM": ("kimi-linear", "hybrid", "kimi_linear", ()),
}

ARCHITECTURES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    **{name: (gguf, "dense", "build", (kind,)) for name, (gguf, kind) in _DENSE.items()},
    **{name: (gguf, "moe", "build", (kind,)) for name, (gguf, kind) in _MOE.items()},
    **_OTHERS,
}
"""Class -> (llama.cpp architecture, module, function, arguments)."""

UNCONFIRMED = {"MiMoV2FlashForCausalLM": 0.004, "MiMoV2ForCausalLM": 0.007, "Step3p5ForCausalLM": 0.005}
"""Class -> share of the size in doubt: published parameter counts hold prediction blocks whose size is not
stated, so they do not confirm every shape."""
