"""Ways to win accuracy back: which apply, and that the figures shown are the nearest measured ones."""

from __future__ import annotations

import pytest

from advisor.catalog.schemes import all_schemes, find_scheme
from advisor.deploy.recovery import options
from advisor.documents.model import ModelProfile

LLAMA = ModelProfile(name="Llama-3.1-8B-Instruct", source="catalogue", n_params=8_030_261_248)
MISTRAL = ModelProfile(name="Mistral-7B-v0.3", source="catalogue", n_params=7_248_023_552)
LARGE = ModelProfile(name="Llama-3.1-70B", source="catalogue", n_params=70_553_706_496)


def named(scheme: str, model: ModelProfile = LLAMA, **more) -> dict[str, str]:
    """Name of the measure -> its gain."""
    return {option.name: option.gain_text for option in options(find_scheme(scheme), model, **more)}


def test_the_importance_matrix_row_is_of_the_same_scheme_and_nearest_size():
    """Q4_K_M on an 8B model: the Llama-3-8B row of llama.cpp's own table."""
    assert named("Q4_K_M")["make it with an importance matrix"] == (
        "PPL: 6.4071 to 6.3829 (unquantized 6.2332; 14 % of the loss won back), Q4_K_M on Llama-3-8B"
    )


def test_a_row_of_the_same_model_wins():
    """Mistral-7B has its own rows."""
    assert named("Q4_K_M", MISTRAL)["make it with an importance matrix"].endswith("Q4_K_M on Mistral-7B")


@pytest.mark.parametrize(
    ("scheme", "imatrix"), [("Q4_K_M", True), ("IQ2_XXS", None), ("Q8_0", None), ("UD-Q4_K_XL", None)]
)
def test_no_importance_matrix_where_there_is_one_or_none_is_used(scheme, imatrix):
    """It is there already, is required anyway, or would change nothing."""
    assert "make it with an importance matrix" not in named(scheme, imatrix=imatrix)


def test_the_size_of_the_model_picks_the_row():
    """INT4 to FP8 costs 70B less than 8B."""
    gains = [named("awq", model)["take the next level up"] for model in (LLAMA, LARGE)]
    assert [gain.rpartition(" on ")[2] for gain in gains] == ["Llama-3.1-8B", "Llama-3.1-70B"]


def test_rotation_is_what_four_bit_activations_need():
    """SpinQuant wins most of the W4A4 loss back."""
    assert "37 to 65.8" in named("W4A4-QuaRot")["rotate the weights before rounding (SpinQuant)"]


def test_the_kv_cache_comes_in_when_it_has_four_bits():
    """The measured gains are of 4-bit caches."""
    name = "keep the KV cache at higher precision"
    assert [name in named("awq", kv_type=kind) for kind in (None, "f16", "fp8", "q4_0")] == [
        False,
        False,
        False,
        True,
    ]


def test_full_precision_has_nothing_to_win_back():
    """BF16 is the reference."""
    assert options(find_scheme("BF16"), LLAMA) == ()


@pytest.mark.parametrize(
    "model", [LLAMA, LARGE, ModelProfile(name="13B", source="user")], ids=lambda m: m.name
)
def test_every_option_of_every_scheme_is_complete(model):
    """Gain, cost and source are never empty."""
    for scheme in all_schemes():
        for option in options(scheme, model):
            assert option.gain_text
            assert option.cost_text
            assert option.source_url.startswith("https://")
