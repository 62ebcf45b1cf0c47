"""What each layer of a model is."""

from __future__ import annotations

import pytest

from advisor.catalog.layer_kinds import DENSE, EXPERTS, FULL, LINEAR, MAMBA, SLIDING
from advisor.catalog.models import find_model
from advisor.documents.model import ModelProfile
from advisor.sizing.layers import (
    Heads,
    architecture_key,
    attends,
    heads_of,
    is_full_layer,
    kinds,
    noted,
    shared_cache_layers,
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Gemma3ForCausalLM", "gemma3"),
        ("gemma3", "gemma3"),
        ("Qwen3_5MoeForConditionalGeneration", "qwen35moe"),
        ("falcon-h1", "falconh1"),
    ],
)
def test_an_architecture_has_one_key(name: str, key: str) -> None:
    """Hugging Face's class and llama.cpp's word mean the same."""
    assert key == architecture_key(ModelProfile(name="m", source="user", architecture=name))


@pytest.mark.parametrize(
    ("model", "attention"),
    [
        ("Llama-3.1-8B", FULL * 32),
        ("Gemma-3-4B", ((SLIDING * 5 + FULL) * 6)[:34]),
        ("gpt-oss-20b", (SLIDING + FULL) * 12),
        ("Qwen3-Next-80B-A3B", (LINEAR * 3 + FULL) * 12),
        ("Jamba2-Mini", (MAMBA * 4 + FULL + MAMBA * 3) * 4),
    ],
)
def test_the_pattern_of_attention(model: str, attention: str) -> None:
    """One letter a layer, in its order."""
    assert attention == kinds(find_model(model)).attention


@pytest.mark.parametrize(
    ("model", "feed_forward"),
    [
        ("Llama-3.1-8B", DENSE * 32),
        ("Qwen3-30B-A3B", EXPERTS * 48),
        ("DeepSeek-V3", DENSE * 3 + EXPERTS * 58),
        ("Jamba2-Mini", (DENSE + EXPERTS) * 16),
    ],
)
def test_the_pattern_of_experts(model: str, feed_forward: str) -> None:
    """Leading dense layers, every second layer, or all of them."""
    assert feed_forward == kinds(find_model(model)).feed_forward


@pytest.mark.parametrize(
    ("arch", "pattern", "full"),
    [
        ("gemma3", "1:5", [5, 11]),
        ("gemma2", None, [1, 3, 5, 7, 9, 11]),
        ("step35", "1:3", [0, 4, 8]),
        ("mimov2flash", None, [0, 5, 11]),
        ("llama", "1:0", list(range(12))),
        ("llama", "0:1", []),
    ],
)
def test_which_layers_see_everything(arch: str, pattern: str | None, full: list[int]) -> None:
    """The last of each period, or the first where the architecture begins with it."""
    assert full == [i for i in range(12) if is_full_layer(arch, pattern, i, 12)]


def test_sliding_and_global_layers_may_have_other_heads() -> None:
    """Gemma-4-31B: 16 heads of 256 in sliding layers, 4 of 512 in full ones."""
    model = find_model("Gemma-4-31B")
    assert (Heads(32, 16, 256, 256), Heads(32, 4, 512, 512)) == (
        heads_of(model, SLIDING, 0),
        heads_of(model, FULL, 5),
    )


@pytest.mark.parametrize(
    ("model", "expected"), [("Gemma-3n-E4B", 15), ("Gemma-4-E2B", 20), ("Llama-3.1-8B", 0)]
)
def test_layers_that_read_the_cache_of_others(model: str, expected: int) -> None:
    """The last layers of the small Gemmas keep none of their own."""
    assert expected == shared_cache_layers(find_model(model))


def test_a_model_of_states_alone_does_not_attend() -> None:
    """Mamba keeps no keys; a model of which nothing is known is taken to."""
    mamba = ModelProfile(name="m", source="user", architecture="MambaForCausalLM", n_layers=4)
    unknown = ModelProfile(name="m", source="user", n_params=10**9)
    assert (False, True) == (attends(mamba), attends(unknown))


def test_a_configuration_is_believed_before_the_catalogue_s_words() -> None:
    """A key of config.json, then the pattern; a truth value is no number."""
    stated = {"a": True, "b": 7}
    model = ModelProfile(name="m", source="user", extra="kernel 3", metadata=stated)
    assert (7, 3, None) == (
        noted(model, r"kernel (\d+)", "a", "b"),
        noted(model, r"kernel (\d+)", "a"),
        noted(model, "", "c"),
    )
