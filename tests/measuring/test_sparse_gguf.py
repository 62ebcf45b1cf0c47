"""GGUF files of any shape without their data."""

from __future__ import annotations

import pytest

from advisor.catalog.gguf import read_gguf
from advisor.catalog.models import find_model
from advisor.measuring.sparse_gguf import hyperparameters, shrunk, write_sparse
from advisor.sizing.tensors import tensors


@pytest.mark.parametrize("name", ["Qwen3-8B", "Qwen3-30B-A3B", "DeepSeek-V3.1"])
def test_a_small_model_has_every_kind_of_tensor_of_the_large_one(name):
    """Fewer layers, few experts, a small vocabulary."""
    large = find_model(name)
    small = shrunk(large)

    def kinds(model) -> set[str]:
        return {tensor.name.split(".", 2)[-1] for tensor in tensors(model)}

    assert kinds(small) == kinds(large)
    assert (small.n_layers <= 8, small.vocab_size) == (True, 512)


def test_the_engine_is_told_the_models_counts():
    """Before it looks at tensors."""
    keys = hyperparameters(find_model("Qwen3-8B"))
    assert (keys["block_count"], keys["embedding_length"], keys["feed_forward_length"]) == (36, 4096, 12288)


def test_the_data_are_a_hole(tmp_path):
    """The file has its whole length and takes hardly any disk."""
    pytest.importorskip("gguf", reason="the gguf package writes the file")
    path = tmp_path / "x.gguf"
    write_sparse(shrunk(find_model("Qwen3-8B")), path)
    assert {tensor.type for tensor in read_gguf(path).tensors} == {"F16", "F32"}
    assert path.stat().st_blocks * 512 < path.stat().st_size / 10
