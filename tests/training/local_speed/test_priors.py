"""What is believed of local speed's coefficients."""

from __future__ import annotations

from advisor.training.local_speed.features import TermFeatures
from advisor.training.local_speed.priors import PRIORS
from advisor.training.local_speed.rows import load_rows


def test_a_particular_coefficient_is_held_nearer_than_its_general_one() -> None:
    """A device on one backend, a family on one generation, an engine with a scheme: each has less room."""
    pairs = [
        ("device:RTX 4090", "device:RTX 4090|cuda"),
        ("engine:llama.cpp", "engine:llama.cpp|Q4_K"),
        ("read:family:Q4_K", "read:family:Q4_K|cuda"),
        ("read:generation:Ada", "read:generation:Ada|Q4_K"),
    ]
    assert {True} == {PRIORS.of(part).sd < PRIORS.of(whole).sd for whole, part in pairs}


def test_effects_of_devices_and_sources_may_be_far_off() -> None:
    """A few machines are throttled: their tails are heavy, those of physics are not."""
    assert [PRIORS.of(name).heavy_tailed for name in ("device:x", "source:x", "read:")] == [True, True, False]


def test_every_coefficient_of_the_measurements_has_a_prior() -> None:
    """None is without a mean and a spread, and each says why."""
    rows = load_rows()[0]
    for phase in ("decode", "prefill"):
        names = TermFeatures(phase).fit([row for row in rows if row.phase == phase][::20]).names_
        assert len(names) > 50
        assert "" not in {PRIORS.of(name).why for name in names}
