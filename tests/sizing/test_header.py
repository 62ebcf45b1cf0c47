"""How large the header of a published file is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.models import find_model
from advisor.sizing.header import header_bytes, tokenizer_kind


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("Llama-2-7B", "sentencepiece"),
        ("Gemma-3-4B", "sentencepiece"),
        ("Llama-3.1-8B", "llama3"),
        ("Qwen3-8B", "bpe"),
    ],
)
def test_the_kind_of_a_vocabulary(model: str, kind: str) -> None:
    """By its size or its family; what a file says of itself comes first."""
    said = replace(find_model(model), metadata={"tokenizer.ggml.model": "llama"})
    assert (kind, "sentencepiece") == (tokenizer_kind(find_model(model)), tokenizer_kind(said))


def test_a_file_that_was_read_has_an_exact_header() -> None:
    """Where the data begin is what lies before them."""
    model = replace(find_model("Qwen3-8B"), fixed_scheme="Q4_K_M", metadata={"data_offset_bytes": 5_928_960})
    found = header_bytes(model, 399)
    assert ("exact", 5_928_960) == (found.basis, found.value)


def test_published_headers_lie_in_the_interval() -> None:
    """Qwen3-8B's files begin their tensors at 5.9 MB, Llama 3.1's at 7.8 MB."""
    qwen, llama = header_bytes(find_model("Qwen3-8B"), 399), header_bytes(find_model("Llama-3.1-8B"), 292)
    assert qwen.low < 5_928_960 < qwen.high
    assert llama.low < 7_840_000 < llama.high
