"""Hugging Face class name -> llama.cpp architecture and the function that lays out its tensors."""

from __future__ import annotations

ARCHITECTURES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    # class: (llama.cpp architecture, module, function, arguments)
    "LlamaForCausalLM": ("llama", "dense", "build", ("llama",)),
    "MistralForCausalLM": ("llama", "dense", "build", ("llama",)),
    "Mistral3ForConditionalGeneration": ("llama", "dense", "build", ("llama",)),
    "MixtralForCausalLM": ("llama", "moe", "mixtral", ()),
    "Qwen2ForCausalLM": ("qwen2", "dense", "build", ("qwen2",)),
    "Qwen2_5_VLForConditionalGeneration": ("qwen2vl", "dense", "build", ("qwen2",)),
    "Qwen3ForCausalLM": ("qwen3", "dense", "build", ("qwen3",)),
    "Qwen3VLForConditionalGeneration": ("qwen3vl", "dense", "build", ("qwen3",)),
    "Qwen2MoeForCausalLM": ("qwen2moe", "moe", "qwen_moe", ("qwen2moe",)),
    "Qwen3MoeForCausalLM": ("qwen3moe", "moe", "qwen_moe", ("qwen3moe",)),
    "GptOssForCausalLM": ("gpt-oss", "moe", "gpt_oss", ()),
    "GemmaForCausalLM": ("gemma", "dense", "build", ("gemma",)),
    "Gemma2ForCausalLM": ("gemma2", "dense", "build", ("gemma2",)),
    "Gemma3ForCausalLM": ("gemma3", "dense", "gemma3", ()),
    "Gemma3ForConditionalGeneration": ("gemma3", "dense", "gemma3", ()),
    "Phi3ForCausalLM": ("phi3", "dense", "build", ("phi3",)),
    "PhiForCausalLM": ("phi2", "dense", "build", ("phi2",)),
    "FalconForCausalLM": ("falcon", "dense", "falcon", ()),
    "DeepseekForCausalLM": ("deepseek", "mla", "deepseek", ("deepseek",)),
    "DeepseekV2ForCausalLM": ("deepseek2", "mla", "deepseek", ("deepseek2",)),
    "DeepseekV3ForCausalLM": ("deepseek2", "mla", "deepseek", ("deepseek3",)),
}
