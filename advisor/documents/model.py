"""A model: its shapes, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.documents.kinds import Attention, Modality, ModelSource, Variant
from advisor.documents.quantities import Bytes, Count, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTensor:
    """A tensor read from a file."""

    name: str
    shape: tuple[Whole, ...]
    """ggml order: shape[0] is the row length."""
    type: str
    """ggml type name, e.g. 'Q4_K', or a safetensors dtype."""
    n_bytes: Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """One model. Shape fields are None when nobody stated them (`--params 13B`)."""

    schema_version: str = "1.0"
    name: str
    source: ModelSource
    catalog_name: str | None = None
    """The row of profiles/models.csv whose shapes and measurements it has; None when no row fits."""
    hf_id: str | None = None
    """The Hugging Face repository that is served: the one typed, or the catalogue's."""
    edition: str | None = None
    """The unquantized repository whose training it has: its published scores and files go by it."""
    ollama_tag: str | None = None
    family: str | None = None
    """As in profiles/models.csv, e.g. 'llama-3.1'."""
    variant: Variant | None = None
    modality: Modality | None = None
    tools: bool | None = None
    """Whether it was trained to call tools; None when the vendor does not say."""
    thinking: str | None = None
    """no, switch, always, with the vendor's own words in brackets; None when not stated."""
    architecture: str | None = None
    """Hugging Face class name, e.g. LlamaForCausalLM."""
    n_params: Whole | None = None
    n_active_params: Whole | None = None
    """Per token; equals n_params for dense models."""
    n_layers: Count | None = None
    hidden_size: Whole | None = None
    intermediate_size: Whole | None = None
    n_heads: Whole | None = None
    n_kv_heads: Whole | None = None
    head_dim: Whole | None = None
    vocab_size: Whole | None = None
    tie_embeddings: bool | None = None
    n_experts: Count | None = None
    n_experts_used: Count | None = None
    n_shared_experts: Count | None = None
    moe_intermediate_size: Whole | None = None
    first_dense_layers: Count | None = None
    n_kv_heads_global: Whole | None = None
    """KV heads of the full-attention layers where they differ from the sliding ones."""
    head_dim_global: Whole | None = None
    mtp_layers: Count | None = None
    """Blocks that predict several tokens ahead; extra weights beside n_layers."""
    layer_pattern: str | None = None
    """Order of the kinds of layers, in the catalogue's own short form."""
    n_projector_params: Whole | None = None
    """Parameters of the vision (and audio) tower, which llama.cpp keeps in a file of its own (mmproj)."""
    sliding_window: Whole | None = None
    sliding_pattern: str | None = None
    """'a:b' = a full-attention layers per b sliding ones (as in profiles/models.csv)."""
    attention: Attention | None = None
    mla_kv_lora_rank: Whole | None = None
    mla_q_lora_rank: Whole | None = None
    mla_rope_dim: Whole | None = None
    mla_nope_dim: Whole | None = None
    mla_v_dim: Whole | None = None
    linear_attention_layers: Count | None = None
    ssm_state_size: Whole | None = None
    context_length: Whole | None = None
    native_dtype: str | None = None
    native_format: str | None = None
    """What the vendor publishes the weights in, where the catalogue says: 'bf16', 'mxfp8', 'fp8-block' …"""
    release: str | None = None
    """ISO date."""
    licence: str | None = None
    extra: str | None = None
    """Further facts in the catalogue's own short form, e.g. 'gdn k16x128 v32x128 conv4; gated q'."""
    fixed_scheme: str | None = None
    """Set for a prequantized checkpoint or GGUF file: it has this scheme and is never quantized again."""
    files_repository: str | None = None
    """The repository of GGUF files that was named: its files are served, made of `hf_id`."""
    official_quants: tuple[str, ...] = ()
    """Repositories in which the vendor itself publishes it quantized."""
    tensors: tuple[StoredTensor, ...] = ()
    """The file's own tensors when read from a file; sizes then come from here."""
    file_path: str | None = None
    file_size_bytes: Bytes | None = None
    metadata: dict[str, str | int | float | bool] = field(default_factory=dict)
    """Scalar GGUF keys or config values worth keeping."""
    notes: tuple[str, ...] = ()

    def __hash__(self) -> int:
        # By its names: tables of what was computed are asked with it thousands of times an answer. Two that
        # differ elsewhere share a hash and are not equal.
        return hash((self.name, self.hf_id, self.fixed_scheme, self.files_repository, self.file_path))

    @property
    def known_as(self) -> str:
        """The name its measurements go by: the catalogue row's, else its own."""
        return self.catalog_name or self.name

    @property
    def is_moe(self) -> bool:
        """Whether only some experts are read per token."""
        return bool(self.n_experts and self.n_experts > 1)

    @property
    def has_shapes(self) -> bool:
        """Whether tensor shapes can be derived."""
        return None not in (self.architecture, self.n_layers, self.hidden_size, self.n_heads, self.vocab_size)
