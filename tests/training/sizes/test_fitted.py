"""What sizes cannot be computed from, as it is installed."""

import pytest

from advisor.sizing.tensors import tensors
from advisor.training.sizes.fitted import modelled, nominal_params, stated


@pytest.fixture(scope="module")
def installed():
    """The installed part `sizes`."""
    import json

    from advisor.sizing.fitted import FOLDER

    return json.loads((FOLDER / "sizes.json").read_text(encoding="utf-8"))


def test_the_installed_part_is_what_the_catalogue_gives(installed):
    """Nominal counts and stated shapes, figure for figure."""
    assert installed["nominal_params"] == nominal_params()
    assert installed["stated"] == stated()


def test_ends_lie_about_their_middle(installed):
    """Of every scheme and class of size: low, middle, high, and five models or more."""
    cells = [cell for found in installed["bits_per_param"].values() for cell in found.values()]
    assert len(cells) > 100
    assert {True} == {low <= middle <= high and n >= 5 for middle, low, high, n in cells}


def test_a_nominal_count_is_within_a_quarter():
    """Names round: nine in ten true counts lie within some 25 % of the one in the name."""
    low, high, models = nominal_params()
    assert 0.75 < low < 1.0 < high < 1.3
    assert models > 150


def test_modelled_models_have_tensors():
    """Three hundred and more, each with all its tensors."""
    found = modelled()
    assert len(found) > 300
    assert min(len(tensors(model)) for model in found) > 50
