"""Which model Ollama fetches for a name without a size: its tag `latest`, as https://ollama.com/library lists
it. Tags that state a size are read by `match`."""

from __future__ import annotations

LATEST = ":latest"
DEFAULTS = {
    "codellama": "CodeLlama-7B",
    "deepseek-coder": "DeepSeek-Coder-1.3B",
    "deepseek-r1": "DeepSeek-R1-0528-Qwen3-8B",
    "gemma": "Gemma-7B",
    "gemma2": "Gemma-2-9B",
    "gemma3": "Gemma-3-4B",
    "gemma3n": "Gemma-3n-E4B",
    "gpt-oss": "gpt-oss-20b",
    "granite3.3": "Granite-3.3-8B",
    "llama2": "Llama-2-7B",
    "llama3": "Llama-3-8B",
    "llama3.1": "Llama-3.1-8B",
    "llama3.2": "Llama-3.2-3B",
    "llama3.2-vision": "Llama-3.2-11B-Vision",
    "llama4": "Llama-4-Scout-17B-16E",
    "mistral": "Mistral-7B-v0.3",
    "mixtral": "Mixtral-8x7B",
    "olmo2": "OLMo-2-7B",
    "phi": "Phi-2",
    "phi3": "Phi-3-mini-4k",
    "phi3.5": "Phi-3.5-mini",
    "qwen": "Qwen1.5-4B",
    "qwen2": "Qwen2-7B",
    "qwen2.5": "Qwen2.5-7B",
    "qwen2.5-coder": "Qwen2.5-Coder-7B",
    "qwen2.5vl": "Qwen2.5-VL-7B",
    "qwen3": "Qwen3-8B",
    "qwen3-coder": "Qwen3-Coder-30B-A3B",
    "smollm2": "SmolLM2-1.7B",
}
"""Name in Ollama's library -> catalogue name of its tag `latest`."""


def plain_name(text: str) -> str:
    """The name without `library/` and `:latest`, in small letters."""
    return text.strip().lower().removeprefix("library/").removesuffix(LATEST)
