"""How large the header of a published file is: most of it is the tokenizer."""

from __future__ import annotations

from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate

_BYTES_PER_TOKEN = {
    # kind: (value, low, high). A token costs 8 bytes of length, its text (5 to 8 bytes in the median), 4 of
    # type, a SentencePiece one 4 more of score; each BPE merge costs 8 bytes and both its halves. Sizes of 41
    # published files (0.7 MB at 32 k SPM, 5-6 MB at 152 k Qwen, 7-8 MB at 128 k Llama 3 with its 280 k
    # merges, 11 MB at most).
    "sentencepiece": (22.0, 20.0, 28.0),
    "bpe": (36.0, 30.0, 60.0),
    "llama3": (58.0, 54.0, 64.0),
}
_BYTES_PER_TENSOR = 62
"""Name (about 26 characters), dimensions, type and offset of one entry: 8 + 26 + 4 + 2 x 8 + 4 + 8."""
_SENTENCEPIECE_SIZES = (32000, 32001, 32016, 32064, 32768, 92544)
"""Vocabularies of Llama 2 and Mistral, with a padding token, of Code Llama, Phi-3,
Mistral v0.3 and InternLM2.
"""
_LLAMA3_SIZES = (128256, 128258)
"""Vocabularies of Llama 3, and of fine-tunes that add the two tokens of ChatML."""
_METADATA_BYTES = (8_000, 1_000, 40_000)
"""Keys, model card fields and the chat template."""


def tokenizer_kind(model: ModelProfile) -> str:
    """Which of the three kinds of vocabulary the header holds."""
    stated = str(model.metadata.get("tokenizer.ggml.model", ""))
    vocab = model.vocab_size or 0
    if stated == "llama" or vocab in _SENTENCEPIECE_SIZES or (model.architecture or "").startswith("Gemma"):
        return "sentencepiece"
    return "llama3" if vocab in _LLAMA3_SIZES else "bpe"


def header_bytes(model: ModelProfile, n_tensors: int) -> Estimate:
    """Everything before the first tensor, with its 90 % interval; exact when the file itself was read."""
    start = model.metadata.get("data_offset_bytes")
    if start is not None and model.fixed_scheme:
        return Estimate.exact(int(start), "read from the file")
    value, low, high = _BYTES_PER_TOKEN[tokenizer_kind(model)]
    vocab = model.vocab_size or _SENTENCEPIECE_SIZES[0]
    entries = n_tensors * _BYTES_PER_TENSOR
    return Estimate(
        value=vocab * value + entries + _METADATA_BYTES[0],
        low=vocab * low + entries + _METADATA_BYTES[1],
        high=vocab * high + entries + _METADATA_BYTES[2],
        basis="interpolated",
        evidence=("tensor bytes exact, tokenizer estimated from its vocabulary size",),
    )
