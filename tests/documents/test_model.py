"""A model as a document."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.documents.model import ModelProfile, StoredTensor
from advisor.documents.plain import parse, plain

SHAPES: dict[str, Any] = {
    "architecture": "LlamaForCausalLM",
    "n_layers": 32,
    "hidden_size": 4096,
    "n_heads": 32,
    "vocab_size": 128256,
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_layers": 10**6}, "n_layers is 1000000"),
        ({"n_params": -1}, "n_params is -1; it cannot be negative"),
        ({"n_params": 8.03}, "n_params is 8.03"),
        ({"attention": "flash"}, "attention is 'flash'"),
        ({"tensors": [{"name": "t", "shape": [-1], "type": "F16", "n_bytes": 2}]}, "tensors.0.shape.0 is -1"),
        ({"name": None}, "name is None"),
    ],
)
def test_what_no_model_has_is_refused_by_name(refusal: Any, change: Any, words: str) -> None:
    """Layers by the million, half a parameter, a kind of attention that is a kernel."""
    assert words in refusal(ModelProfile, {"name": "m", "source": "user", **change})


def test_a_model_of_a_file_is_read_back_as_it_was() -> None:
    """Its tensors included."""
    tensor = StoredTensor(name="output.weight", shape=(4096, 8), type="Q6_K", n_bytes=26880)
    model = ModelProfile(name="m", source="gguf", tensors=(tensor,), metadata={"general.name": "m", "n": 1})
    assert parse(ModelProfile, plain(model), what="model") == model


@pytest.mark.parametrize(("experts", "moe"), [(None, False), (0, False), (1, False), (8, True)])
def test_a_mixture_has_more_than_one_expert(experts: int | None, moe: bool) -> None:
    """One expert is a dense model."""
    assert ModelProfile(name="m", source="user", n_experts=experts).is_moe is moe


def test_tensors_are_derived_from_five_shapes() -> None:
    """Where one of them is not stated there is nothing to derive."""
    assert ModelProfile(name="m", source="user", **SHAPES).has_shapes is True
    for name in SHAPES:
        assert ModelProfile(name="m", source="user", **{**SHAPES, name: None}).has_shapes is False


def test_measurements_go_by_the_catalogues_name() -> None:
    """A fine-tune has the row of what it was made from."""
    found = [
        ModelProfile(name="mine", source="user", catalog_name=row).known_as for row in ("Qwen3-8B", None)
    ]
    assert found == ["Qwen3-8B", "mine"]


def test_models_of_one_name_share_a_hash_and_are_not_equal() -> None:
    """A table asked by model never takes one for the other."""
    one, other = (ModelProfile(name="m", source="user", n_params=n) for n in (1, 2))
    assert (hash(one) == hash(other), one == other) == (True, False)
