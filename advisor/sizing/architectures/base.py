"""What the layouts of all architectures are built from: one tensor, and the blocks most models share."""

from __future__ import annotations

import re
from typing import NamedTuple

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

    def attention(
        self,
        i: int,
        *,
        qkv_bias: bool = False,
        out_bias: bool = False,
        fused: bool = False,
        qk_norm: str = "",
        n_heads: int | None = None,
        n_kv: int | None = None,
        head: int | None = None,
        gated_q: bool = False,
        shared_kv: bool = False,
    ) -> None:
        """Multi-head attention. *qk_norm*: '' none, 'head' one scale per head dimension, 'full' per channel,
        'per-head' head x heads. *shared_kv*: values are the keys, so attn_v is not stored."""
        n_heads, n_kv, head = n_heads or self.n_heads, n_kv or self.n_kv, head or self.head
        q, kv = n_heads * head, n_kv * head
        if fused:
            self.matrix("attn_qkv", q + 2 * kv, self.n_embd, "attn_qkv", i, qkv_bias)
        else:
            self.matrix("attn_q", q * (2 if gated_q else 1), self.n_embd, "attn_q", i, qkv_bias)
            self.matrix("attn_k", kv, self.n_embd, "attn_k", i, qkv_bias)
            if not shared_kv:
                self.matrix("attn_v", kv, self.n_embd, "attn_v", i, qkv_bias)
        self.matrix("attn_output", self.n_embd, q, "attn_output", i, out_bias)
        if qk_norm == "head":
            self.norm("attn_q_norm", head, i)
            self.norm("attn_k_norm", head, i)
        elif qk_norm == "full":
            self.norm("attn_q_norm", q, i)
            self.norm("attn_k_norm", kv, i)
        elif qk_norm == "per-head":
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

    def experts(
        self,
        i: int,
        *,
        n_ff: int | None = None,
        shared_ff: int = 0,
        gated: bool = True,
        score_bias: bool = False,
        shared_gate: bool = False,
        fused: bool = False,
        width: int | None = None,
    ) -> None:
        """Router, experts (one 3-D tensor per projection) and the shared expert. *width*: of the experts'
        input
        when it is not the hidden size (latent experts)."""
        n = _needed(self.model, "n_experts")
        n_ff = n_ff or self.model.moe_intermediate_size or self.n_ff
        width = width or self.n_embd
        self.add("ffn_gate_inp.weight", self.n_embd, n, role="router", layer=i)
        if score_bias:
            self.add("exp_probs_b.bias", n, layer=i)
        if fused:
            self.add("ffn_gate_up_exps.weight", width, 2 * n_ff, n, role="expert_up", layer=i)
        else:
            if gated:
                self.add("ffn_gate_exps.weight", width, n_ff, n, role="expert_gate", layer=i)
            self.add("ffn_up_exps.weight", width, n_ff, n, role="expert_up", layer=i)
        self.add("ffn_down_exps.weight", n_ff, width, n, role="expert_down", layer=i)
        if shared_ff:
            self.shared_expert(i, shared_ff, gated, shared_gate)

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
            "give a config.json or a GGUF file"
        )
    return int(value)
