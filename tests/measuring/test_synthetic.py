"""A GGUF file of real shapes with random weights."""

from __future__ import annotations

import pytest

from advisor.catalog.gguf import read_gguf
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.errors import UnsupportedError, UsageError
from advisor.measuring.synthetic import synthetic_model, write_synthetic


def test_a_model_keeps_its_first_layers():
    """All of them where no number is given."""
    model = find_model("Qwen3-8B")
    assert (synthetic_model(model, 2).n_layers, synthetic_model(model, None)) == (2, model)
    with pytest.raises(UsageError, match="Qwen3-8B has 36 layers; give 1 to 36"):
        synthetic_model(model, 37)


@pytest.mark.parametrize(
    ("model", "scheme", "said"),
    [
        (find_model("Qwen3-8B"), "W8A8-INT", "W8A8-INT is no GGUF scheme"),
        (ModelProfile(name="m", source="user", n_params=10**9), "Q4_K_M", "the shapes of m are unknown"),
    ],
)
def test_what_no_gguf_file_can_hold_is_refused(tmp_path, model, scheme, said):
    """Before anything is written."""
    with pytest.raises(UnsupportedError, match=said):
        write_synthetic(model, find_scheme(scheme), tmp_path / "x.gguf")
    assert list(tmp_path.iterdir()) == []


def test_a_file_has_the_tensors_and_types_of_the_real_one(tmp_path):
    """One layer of the smallest model in 16 bits, read back as any file is."""
    pytest.importorskip("gguf", reason="the gguf package writes the file")
    model = synthetic_model(find_model("Qwen2.5-0.5B"), 1)
    path = tmp_path / "x.gguf"
    n_bytes = write_synthetic(model, find_scheme("F16"), path)
    found = read_gguf(path)
    assert (path.stat().st_size, found.n_layers, found.hidden_size) == (n_bytes, 1, model.hidden_size)
    assert {tensor.type for tensor in found.tensors} == {"F16", "F32"}
