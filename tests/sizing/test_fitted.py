"""Spreads as the fitted document keeps them."""

from __future__ import annotations

import pytest

from advisor.sizing import fitted
from advisor.sizing.fitted import Spreads, mix_key, size_class, stored_spreads

DOCUMENT = {
    "unsloth": {"UD-Q4_K_XL-dense": [1.02, 1.0, 1.05, 40], "UD-Q2_K_XL-dense": [1.1, 1.0, 1.3, 9]},
    "bits_per_param": {"Q4_K_M": {"dense-1": [4.9, 4.8, 5.1, 30], "moe-3": [4.85, 4.8, 4.9, 12]}},
    "packed": {"moe": [1.01, 1.0, 1.02, 8]},
    "nominal_params": [0.9, 1.1],
    "stated": [0.98, 1.03],
}


@pytest.mark.parametrize(
    ("n_params", "expected"), [(10**9, 0), (2 * 10**9, 1), (8 * 10**9, 2), (70 * 10**9, 3), (10**12, 4)]
)
def test_size_classes(n_params: int, expected: int) -> None:
    """A bound belongs to the class above it."""
    assert expected == size_class(n_params)


@pytest.mark.parametrize(
    ("scheme", "moe", "expected"),
    [
        ("UD-Q4_K_XL", False, (1.02, 1.0, 1.05, 40)),
        ("UD-Q2_K_XL", False, (1.1, 1.0, 1.3, 9)),
        ("UD-IQ2_M", False, (1.1, 1.0, 1.3, 9)),
        ("UD-Q8_K_XL", False, (1.1, 1.0, 1.3, 49)),
    ],
)
def test_a_mix_of_few_files_takes_the_next_of_its_level(
    scheme: str, moe: bool, expected: tuple[float, float, float, int]
) -> None:
    """At its widest; and all mixes together where no level is near."""
    assert expected == Spreads(DOCUMENT).mix_ratio(scheme, moe)


@pytest.mark.parametrize(
    ("scheme", "n_params", "moe", "expected"),
    [
        ("Q4_K_M", 4 * 10**9, False, (4.9, 4.8, 5.1, 30)),
        ("Q4_K_M", 70 * 10**9, False, (4.9, 4.8, 5.1, 30)),
        ("Q4_K_M", 4 * 10**9, True, (4.85, 4.8, 4.9, 12)),
        ("Q9_X", 4 * 10**9, False, None),
    ],
)
def test_bits_are_those_of_the_nearest_size(
    scheme: str, n_params: int, moe: bool, expected: tuple[float, float, float, int] | None
) -> None:
    """Of the same kind of model; nothing of a scheme nobody counted."""
    assert expected == Spreads(DOCUMENT).bits(scheme, n_params, moe)


def test_other_spreads_are_read_as_they_stand() -> None:
    """Packed kinds, nominal and stated counts."""
    spreads = Spreads(DOCUMENT)
    assert ((1.01, 1.0, 1.02, 8), None, (0.9, 1.1), (0.98, 1.03)) == (
        spreads.packed("moe"),
        spreads.packed("dense"),
        spreads.nominal(),
        spreads.stated(),
    )


def test_mixes_are_kept_apart_by_kind_of_model() -> None:
    """A mixture of experts has its own row."""
    assert ["UD-Q4_K_XL-moe", "UD-Q4_K_XL-dense"] == [mix_key("UD-Q4_K_XL", moe) for moe in (True, False)]


def test_the_committed_document_has_every_part() -> None:
    """The part that `advisor fit` writes."""
    assert set(DOCUMENT) <= set(stored_spreads().document)
    assert (fitted.FOLDER / "sizes.json").is_file()
