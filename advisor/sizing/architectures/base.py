"""What the layouts of all architectures are built from: one tensor, and the blocks most models share."""

import re
from typing import Literal, NamedTuple

from advisor.documents.model import ModelProfile
from advisor.errors import UnsupportedError
from advisor.sizing.layers import attends, noted


class Tensor(NamedTuple):
    """One tensor of the file."""

    name: str
    shape: tuple[int, ...]
    """ggml order: shape[0] is the row length; the expert count is the last dimension."""
    role: str
    layer: int | None = None

    @property
    def n_elements(self) -> int:
        """Number of weights."""
        count = 1
        for size in self.shape:
            count *= size
        return count


class Attention(NamedTuple):
    """How one layer's attention differs from that of Llama 2."""

    qkv_bias: bool = False
    out_bias: bool = False
    fused: bool = False
    """Queries, keys and values in one matrix."""
    qk_norm: Literal["", "head", "full", "per-head"] = ""
    """'' none, 'head' one scale per head dimension, 'full' per channel, 'per-head' head x heads."""
    n_heads: int | None = None
    """Of this layer, like `n_kv` and `head`; None = the model's."""
    n_kv: int | None = None
    head: int | None = None
    gated_q: bool = False
    """A gate beside each query."""
    shared_kv: bool = False
    """Values are the keys, so attn_v is not stored."""


PLAIN = Attention()
"""Llama 2's."""


class Experts(NamedTuple):
    """How one layer's experts differ from those of Mixtral."""

    shared_ff: int = 0
    """Width of the expert every token passes; 0 = none."""
    gated: bool = True
    score_bias: bool = False
    shared_gate: bool = False
    """A gate before the shared expert."""
    fused: bool = False
    """Gate and up in one tensor."""
    width: int | None = None
    """Of the experts' input when it is not the hidden size (latent experts)."""


MIXTRAL = Experts()


class Layout:
    """The tensors of one model, in the making."""

    def __init__(self, model: ModelProfile) -> None:
        self.model = model
        self.tensors: list[Tensor] = []
        self.n_embd = _needed(model, "hidden_size")
        self.n_layers = _needed(model, "n_layers")
        self.n_heads = _needed(model, "n_heads") if model.n_heads or attends(model) else 1
        self.n_kv = model.n_kv_heads or self.n_heads
        self.head = model.head_dim or self.n_embd // max(self.n_heads, 1)
        self.n_vocab = _needed(model, "vocab_size")
        self.n_ff = model.intermediate_size or 0

    def add(self, name: str, *shape: int, role: str = "other", layer: int | None = None) -> None:
        """Append a tensor; *name* is without 'blk.N.' when *layer* is given."""
        full = name if layer is None else f"blk.{layer}.{name}"
        self.tensors.append(Tensor(full, shape, role, layer))

    def matrix(self, name: str, rows: int, columns: int, role: str, layer: int, bias: bool = False) -> None:
        """A linear projection from *columns* inputs to *rows* outputs."""
        self.add(name + ".weight", columns, rows, role=role, layer=layer)
        if bias:
            self.add(name + ".bias", rows, layer=layer)

    def norm(self, name: str, size: int | None = None, layer: int | None = None, bias: bool = False) -> None:
        """A normalisation's scale, and shift."""
        self.add(name + ".weight", size or self.n_embd, role="norm", layer=layer)
        if bias:
            self.add(name + ".bias", size or self.n_embd, role="norm", layer=layer)

    def ends(
        self, *, norm_bias: bool = False, output_norm: str | None = "output_norm", output_bias: bool = False
    ) -> None:
        """Token embeddings, final norm and, when not tied, the output matrix."""
        self.add("token_embd.weight", self.n_embd, self.n_vocab, role="token_embd")
        if output_norm:
            self.norm(output_norm, bias=norm_bias)
        if not self.tied():
            self.add("output.weight", self.n_embd, self.n_vocab, role="output")
            if output_bias:
                self.add("output.bias", self.n_vocab)

    def attention(self, i: int, kind: Attention = PLAIN) -> None:
        """Multi-head attention of layer *i*."""
        n_heads, n_kv, head = kind.n_heads or self.n_heads, kind.n_kv or self.n_kv, kind.head or self.head
        q, kv, bias = n_heads * head, n_kv * head, kind.qkv_bias
        if kind.fused:
            self.matrix("attn_qkv", q + 2 * kv, self.n_embd, "attn_qkv", i, bias)
        else:
            self.matrix("attn_q", q * (2 if kind.gated_q else 1), self.n_embd, "attn_q", i, bias)
            self.matrix("attn_k", kv, self.n_embd, "attn_k", i, bias)
            if not kind.shared_kv:
                self.matrix("attn_v", kv, self.n_embd, "attn_v", i, bias)
        self.matrix("attn_output", self.n_embd, q, "attn_output", i, kind.out_bias)
        if kind.qk_norm == "head":
            self.norm("attn_q_norm", head, i)
            self.norm("attn_k_norm", head, i)
        elif kind.qk_norm == "full":
            self.norm("attn_q_norm", q, i)
            self.norm("attn_k_norm", kv, i)
        elif kind.qk_norm == "per-head":
            self.add("attn_q_norm.weight", head, n_heads, role="norm", layer=i)
            self.add("attn_k_norm.weight", head, n_kv, role="norm", layer=i)

    def ffn(
        self, i: int, n_ff: int | None = None, *, gated: bool = True, bias: bool = False, fused: bool = False
    ) -> None:
        """A dense feed-forward block; *fused* stores gate and up as one matrix called ffn_up."""
        n_ff = n_ff or self.n_ff
        if not n_ff:
            raise UnsupportedError(
                f"{self.model.name}: the width of its feed-forward blocks is not known; "
                "give a config.json that states it (intermediate_size), or a GGUF file"
            )
        if gated and not fused:
            self.matrix("ffn_gate", n_ff, self.n_embd, "ffn_gate", i, bias)
        self.matrix("ffn_up", n_ff * (2 if fused else 1), self.n_embd, "ffn_up", i, bias)
        self.matrix("ffn_down", self.n_embd, n_ff, "ffn_down", i, bias)

    def experts(self, i: int, kind: Experts = MIXTRAL) -> None:
        """Router, experts (one 3-D tensor per projection) and the shared expert of layer *i*."""
        n = _needed(self.model, "n_experts")
        n_ff, width = self.model.moe_intermediate_size or self.n_ff, kind.width or self.n_embd
        self.add("ffn_gate_inp.weight", self.n_embd, n, role="router", layer=i)
        if kind.score_bias:
            self.add("exp_probs_b.bias", n, layer=i)
        if kind.fused:
            self.add("ffn_gate_up_exps.weight", width, 2 * n_ff, n, role="expert_up", layer=i)
        else:
            if kind.gated:
                self.add("ffn_gate_exps.weight", width, n_ff, n, role="expert_gate", layer=i)
            self.add("ffn_up_exps.weight", width, n_ff, n, role="expert_up", layer=i)
        self.add("ffn_down_exps.weight", n_ff, width, n, role="expert_down", layer=i)
        if kind.shared_ff:
            self.shared_expert(i, kind.shared_ff, kind.gated, kind.shared_gate)

    def shared_expert(self, i: int, n_ff: int, gated: bool = True, gate_input: bool = False) -> None:
        """The expert every token passes."""
        if gate_input:
            self.add("ffn_gate_inp_shexp.weight", self.n_embd, role="router", layer=i)
        if gated:
            self.matrix("ffn_gate_shexp", n_ff, self.n_embd, "shared_expert", i)
        self.matrix("ffn_up_shexp", n_ff, self.n_embd, "shared_expert", i)
        self.matrix("ffn_down_shexp", self.n_embd, n_ff, "shared_expert", i)

    def shared_size(self) -> int:
        """Width of all shared experts together; stated in `extra`, else their number times the expert
        width."""
        stated = self.noted(
            r"shared_size=(\d+)",
            "shared_expert_intermediate_size",
            "shared_intermediate_size",
            "moe_shared_expert_intermediate_size",
        )
        if stated is not None:
            return stated
        return (self.model.n_shared_experts or 0) * (self.model.moe_intermediate_size or 0)

    def noted(self, pattern: str, *keys: str) -> int | None:
        """A number from config.json (*keys* of `metadata`), else as the catalogue's `extra` states it."""
        return noted(self.model, pattern, *keys)

    def several(self, pattern: str, *keys: str) -> tuple[int, ...] | None:
        """Numbers that are only of use together: all from config.json, else all from `extra`."""
        values = [self.model.metadata.get(key) for key in keys]
        if keys and all(isinstance(value, int) for value in values):
            return tuple(int(value) for value in values)  # type: ignore[arg-type]
        found = re.search(pattern, self.model.extra or "")
        return tuple(map(int, found.groups())) if found else None

    def says(self, word: str, *keys: str) -> bool:
        """Whether config.json sets one of *keys*, or `extra` holds *word*."""
        return any(bool(self.model.metadata.get(key)) for key in keys) or word in (self.model.extra or "")

    def tied(self) -> bool:
        """Whether the embedding is the output matrix; a configuration that is silent has its class's
        default."""
        if self.model.tie_embeddings is None:
            return (self.model.architecture or "").startswith(_TIED_BY_DEFAULT)
        return self.model.tie_embeddings


_TIED_BY_DEFAULT = ("Cohere", "Falcon", "Gemma", "Lfm2", "Starcoder2")
"""Classes of transformers whose configuration ties embeddings unless it says otherwise."""


def _needed(model: ModelProfile, field: str) -> int:
    value = getattr(model, field)
    if value is None:
        raise UnsupportedError(
            f"{model.name}: {field} is not known, so its tensors cannot be derived; "
            "give a config.json that states it, or a GGUF file"
        )
    return int(value)
