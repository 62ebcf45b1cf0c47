"""A quantization scheme: one way to store weights, and perhaps activations."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.documents.kinds import ActivationType, Backend, Calibration, SupportedModels, SupportLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Where a scheme runs: one engine on one backend, from a minimum generation on."""

    engine: str
    """llama.cpp, ollama, vllm, sglang, tensorrt-llm, transformers, mlx, exllamav2, exllamav3 …"""
    backend: Backend
    min_compute_capability: str | None = None
    """NVIDIA's, e.g. '8.9'."""
    max_compute_capability: str | None = None
    """The newest NVIDIA generation whose kernels exist; None = no upper end."""
    architectures: tuple[str, ...] = ()
    """AMD gfx ids that run it; empty = any. A gfx number orders nothing, so there is no minimum."""
    requires_isa: tuple[str, ...] = ()
    """CPU features, all needed."""
    models: SupportedModels = "any"
    level: SupportLevel = "yes"
    """`note` says what is partial."""
    note: str = ""
    needs: str = ""
    """What the gate is about, e.g. 'FP8 arithmetic'."""
    source_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeProfile:
    """One scheme."""

    name: str
    """The canonical name: llama.cpp's for GGUF, `family-bits-method-group` elsewhere."""
    family: str
    """gguf-legacy, gguf-k, gguf-i, gguf-ternary, gguf-fp4, gptq, awq, autoround, rtn, hqq, fp8, int8, nvfp4,
    mxfp4, bnb, exl2, exl3, mlx, aqlm, quip, none.
    """
    format: str
    """gguf, compressed-tensors, gptq, awq, hqq, bitsandbytes, exl2, exl3, mlx, aqlm, quip, safetensors."""
    level: str | None = None
    """Q2 … Q8 for GGUF, else None."""
    weight_bits: float
    """Nominal bits of the quantized matrices."""
    bpw: float | None = None
    """Bits per quantized weight, scales and zero points included;
    None for GGUF mixes, whose bpw follows from the model.
    """
    group_size: int | None = None
    """Weights per scale; -1 per channel, 0 per tensor."""
    act_bits: float = 16
    act_dtype: ActivationType = "f16"
    calibration: Calibration = "none"
    quantizes_embeddings: bool = False
    """Whether token embeddings and the output matrix are quantized too."""
    make_cost: str = ""
    """What producing it takes, in words with its source in profiles/schemes.json."""
    make_cost_rank: int = 0
    """0 = conversion in seconds without data … 5 = hours of training; orders `--objective make-cost`."""
    aliases: tuple[str, ...] = ()
    supports: tuple[Support, ...] = ()
    ftype: str | None = None
    """For GGUF: the llama-quantize type it starts from."""
    embedding_type: str | None = None
    """For GGUF recipes (`_L`): ggml type forced on token_embd and output."""
    reference: bool = False
    """BF16/F16: what loss is measured against."""
    source: str = ""

    def __hash__(self) -> int:
        return hash((self.name, self.family, self.bpw))

    @property
    def is_gguf(self) -> bool:
        """Whether llama.cpp's rules give its size."""
        return self.format == "gguf"
