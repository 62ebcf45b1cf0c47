"""The state a recurrent layer keeps for each sequence."""

from __future__ import annotations

import pytest

from advisor.catalog.layer_kinds import CONVOLUTION, LINEAR, MAMBA
from advisor.catalog.models import find_model
from advisor.documents.model import ModelProfile
from advisor.sizing.layers import architecture_key
from advisor.sizing.recurrent import delta_net, mamba2_shape, state_values

DELTA = {
    "linear_num_key_heads": 16,
    "linear_key_head_dim": 128,
    "linear_num_value_heads": 32,
    "linear_value_head_dim": 128,
    "linear_conv_kernel_dim": 4,
}


def model(architecture: str = "", **facts: object) -> ModelProfile:
    """A model with these facts alone."""
    return ModelProfile(name="m", source="user", architecture=architecture or None, **facts)


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        # state x inner + (taps - 1) x (inner + 2 x groups x state), of each published shape
        ("Qwen3-Next-80B-A3B", LINEAR, 128 * 4096 + 3 * (4096 + 2 * 16 * 128)),
        ("Granite-4.0-H-Micro", MAMBA, 128 * 4096 + 3 * (4096 + 2 * 128)),
        ("LFM2-1.2B", CONVOLUTION, 2 * 2048),
        ("Kimi-Linear-48B-A3B", LINEAR, 32 * (128 * 128 + 3 * 3 * 128)),
    ],
)
def test_numbers_of_one_layer(name: str, kind: str, values: int) -> None:
    """As llama.cpp allocates them, and known for sure."""
    found = find_model(name)
    assert (values, True) == state_values(found, architecture_key(found), kind)


def test_a_configuration_and_the_catalogue_say_the_same_shape() -> None:
    """Delta nets: five keys of config.json, or the short form."""
    expected = (16, 128, 32, 128, 4)
    stated, short = model(metadata=DELTA), model(extra="gdn k16x128 v32x128 conv4")
    assert (expected, expected, None) == (delta_net(stated), delta_net(short), delta_net(model()))


@pytest.mark.parametrize(
    ("facts", "shape"),
    [
        ({"metadata": {"mamba_num_heads": 80, "mamba_head_dim": 128, "n_groups": 8}}, (10240, 8)),
        ({"metadata": {"mamba_n_heads": 48, "mamba_d_head": 64}}, (3072, 1)),
        ({"extra": "mamba heads 128x80 groups 8 conv4"}, (10240, 8)),
        ({"extra": "d_inner 4096 heads 64 groups 1 conv4"}, (4096, 1)),
        ({}, None),
    ],
)
def test_the_shape_of_mamba_2(facts: dict[str, object], shape: tuple[int, int] | None) -> None:
    """Inner width and groups, in whichever words they are stated."""
    assert shape == mamba2_shape(model(**facts))


@pytest.mark.parametrize(
    ("architecture", "known"), [("MambaForCausalLM", True), ("SomethingForCausalLM", False)]
)
def test_an_unstated_width_is_twice_the_model_s(architecture: str, known: bool) -> None:
    """Mamba's default expansion; whether it holds is known for Mamba itself only."""
    one = model(architecture, hidden_size=1000, ssm_state_size=16)
    assert (2 * 1000 * (16 + 3), known) == state_values(one, architecture_key(one), MAMBA)
