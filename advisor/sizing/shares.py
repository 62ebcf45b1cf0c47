"""How the bytes of a model divide over its layers, ready for sums over ranges of layers."""

from __future__ import annotations

from itertools import accumulate

from advisor.documents.model import ModelProfile
from advisor.sizing.cache_layout import UNKNOWN_LAYERS, CacheLayout
from advisor.sizing.parts import Weights


class LayerShares:
    """Cumulated bytes of the repeating layers, with and without experts, at the upper bound of the weights.

    Tables of n-grams stand apart (`lookup_bytes`): the other totals leave them out.
    """

    def __init__(self, model: ModelProfile, weights: Weights, layout: CacheLayout) -> None:
        total = weights.total_bytes
        self.factor = factor = total.high / total.value if total.value else 1.0
        layers: tuple[float, ...] = tuple(weights.layer_bytes)
        experts: tuple[float, ...] = tuple(weights.layer_expert_bytes)
        self.exact = total.basis == "exact" and bool(layers)
        if not layers:
            n = int(model.n_layers or UNKNOWN_LAYERS)
            inside = total.value - weights.embedding_bytes - weights.output_bytes
            layers = (inside / n,) * n
            expert_share = _expert_share(model)
            experts = tuple(b * expert_share for b in layers)
        if len(experts) != len(layers):
            experts = (0,) * len(layers)
        self.n_layers = len(layers)
        self.lookup_bytes = int(weights.lookup_bytes * factor)
        self.total_bytes = int(total.high) - self.lookup_bytes
        self.embedding_bytes = int(weights.embedding_bytes * factor) - self.lookup_bytes
        self.tied = weights.tied
        self.layers = [0.0, *accumulate(b * factor for b in layers)]
        self.experts = [0.0, *accumulate(b * factor for b in experts)]
        rest = self.total_bytes - self.layers[-1] - self.embedding_bytes
        # Tied: the engine's GPU side holds a second copy of the embedding as its output matrix.
        self.output_bytes = int(max(rest, 0) + (self._output_copy(model, weights) if self.tied else 0))
        used = (model.n_experts_used or 1) / (model.n_experts or 1) if model.is_moe else 1.0
        self.expert_use = min(1.0, used)
        self._layout = layout

    def _output_copy(self, model: ModelProfile, weights: Weights) -> int:
        """Bytes of a tied token_embd read as output; per-layer embeddings stored beside it are no part of
        it."""
        bits = weights.bits_by_role.get("token_embd")
        if not (bits and model.vocab_size and model.hidden_size):
            return self.embedding_bytes
        return min(self.embedding_bytes, int(model.vocab_size * model.hidden_size * bits / 8))

    def dense(self, first: int, last: int, cpu_experts: int) -> float:
        """Bytes of layers first..last-1 on the GPU when the experts of the first *cpu_experts* layers are
        elsewhere."""
        moved = self.experts[max(min(last, cpu_experts), 0)] - self.experts[min(first, cpu_experts)]
        return self.layers[last] - self.layers[first] - max(moved, 0.0)

    def active(self, first: int, last: int) -> float:
        """Bytes of layers first..last-1 read for one token."""
        expert = self.experts[last] - self.experts[first]
        return self.layers[last] - self.layers[first] - expert * (1 - self.expert_use)

    def kv_shares(self, first: int, last: int) -> tuple[float, ...]:
        """What layers first..last-1 hold of each part of the cache; the shares of all parts sum to 1."""
        return self._layout.shares(first, last)


def _expert_share(model: ModelProfile) -> float:
    """Share of the weights in experts, from the stated counts: total - active = (1 - used/experts) x
    experts' part."""
    if not (model.is_moe and model.n_params and model.n_active_params and model.n_experts):
        return 0.0
    used = (model.n_experts_used or 1) / model.n_experts
    return min(1.0, (1 - model.n_active_params / model.n_params) / max(1 - used, 1e-9))
