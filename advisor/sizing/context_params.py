"""What an engine's context is created with: the settings that its cache and its scratch memory depend on."""

from typing import NamedTuple

UBATCH_TOKENS = 512
"""Tokens computed at once when nothing else is asked: llama.cpp's `-ub` default (tools/server/README.md)."""


class ContextParams(NamedTuple):
    """The fields of llama.cpp's `llama_context_params` (include/llama.h) that decide bytes, and the paging of
    serving engines."""

    context_tokens: int
    """Of each sequence."""
    n_seq: int = 1
    kv_type: str = "f16"
    """`q8_0` (keys and values) or `q8_0/q4_0` (keys, then values)."""
    ubatch_tokens: int = UBATCH_TOKENS
    flash_attn: bool = True
    unified: bool = False
    """One stream of cells for all sequences."""
    swa_full: bool = False
    """Sliding layers keep the whole context."""
    n_outputs: int | None = None
    """Logit rows reserved: the whole micro batch when None (llama-cli, llama-bench, bindings and older
    servers), the number of slots in a current llama-server."""
    paged: bool = False
    """Pages of 16 tokens as vLLM allocates them, in place of llama.cpp's cells."""

    @property
    def streams(self) -> int:
        """Caches that are laid out apart."""
        return 1 if self.unified else self.n_seq

    @property
    def output_rows(self) -> int:
        """Rows of logits."""
        return self.ubatch_tokens if self.n_outputs is None else self.n_outputs
