"""A model: its shapes, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTensor:
    """A tensor read from a file."""

    name: str
    shape: tuple[int, ...]
    """ggml order: shape[0] is the row length."""
    type: str
    """ggml type name, e.g. 'Q4_K', or a safetensors dtype."""
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """One model. Shape fields are None when nobody stated them (`--params 13B`)."""

    schema_version: str = "1.0"
    name: str
    source: str
    """catalogue, gguf, hf-config, or user."""
    hf_id: str | None = None
    ollama_tag: str | None = None
    family: str | None = None
    """As in profiles/models.csv, e.g. 'llama-3.1'."""
    variant: str | None = None
    """base, instruct, reasoning, code."""
    architecture: str | None = None
    """Hugging Face class name, e.g. LlamaForCausalLM."""
    n_params: int | None = None
    n_active_params: int | None = None
    """Per token; equals n_params for dense models."""
    n_layers: int | None = None
    hidden_size: int | None = None
    intermediate_size: int | None = None
    n_heads: int | None = None
    n_kv_heads: int | None = None
    head_dim: int | None = None
    vocab_size: int | None = None
    tie_embeddings: bool | None = None
    n_experts: int | None = None
    n_experts_used: int | None = None
    n_shared_experts: int | None = None
    moe_intermediate_size: int | None = None
    first_dense_layers: int | None = None
    sliding_window: int | None = None
    sliding_pattern: str | None = None
    """'a:b' = a full-attention layers per b sliding ones (as in profiles/models.csv)."""
    attention: str | None = None
    """mha, gqa, mqa, mla, hybrid."""
    mla_kv_lora_rank: int | None = None
    mla_q_lora_rank: int | None = None
    mla_rope_dim: int | None = None
    mla_nope_dim: int | None = None
    mla_v_dim: int | None = None
    linear_attention_layers: int | None = None
    ssm_state_size: int | None = None
    context_length: int | None = None
    native_dtype: str | None = None
    release: str | None = None
    """ISO date."""
    licence: str | None = None
    extra: str | None = None
    """Further facts in the catalogue's own short form, e.g. 'gdn k16x128 v32x128 conv4; gated q'."""
    fixed_scheme: str | None = None
    """Set for a prequantized checkpoint or GGUF file: it has this scheme and is never quantized again."""
    tensors: tuple[StoredTensor, ...] = ()
    """The file's own tensors when read from a file; sizes then come from here."""
    file_path: str | None = None
    file_size_bytes: int | None = None
    metadata: dict[str, str | int | float | bool] = field(default_factory=dict)
    """Scalar GGUF keys or config values worth keeping."""
    notes: tuple[str, ...] = ()

    @property
    def is_moe(self) -> bool:
        """Whether only some experts are read per token."""
        return bool(self.n_experts and self.n_experts > 1)

    @property
    def has_shapes(self) -> bool:
        """Whether tensor shapes can be derived."""
        return None not in (self.architecture, self.n_layers, self.hidden_size, self.n_heads, self.vocab_size)
