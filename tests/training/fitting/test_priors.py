"""The one grammar of prior tables."""

import pytest

from advisor.training.fitting.priors import Prior, Priors

WIDE, DEVICE, PAIR, ONE = (Prior(0.0, sd, "a judgement") for sd in (1.0, 0.3, 0.1, 0.05))
TABLE = Priors({"*": WIDE, "device:*": DEVICE, "device:*|*": PAIR, "device:RTX 4090|cuda": ONE})


@pytest.mark.parametrize(
    ("name", "expected"),
    [("read", WIDE), ("device:A", DEVICE), ("device:A|cuda", PAIR), ("device:RTX 4090|cuda", ONE)],
)
def test_the_most_particular_pattern_counts(name, expected):
    """A whole name beats a pattern, and a longer pattern a shorter one."""
    assert expected is TABLE.of(name)


def test_characters_stand_for_themselves():
    """Nothing but the star is special: dots and brackets are text."""
    with pytest.raises(KeyError, match=r"no prior for the coefficient 'axb'"):
        Priors({"a.b": WIDE}).of("axb")


def test_fitted_priors_replace_judgements():
    """What was fitted elsewhere stands in place of the table's own."""
    fitted = Prior(-0.2, 0.1, "fitted on kernel timings")
    assert fitted is TABLE.with_fitted({"device:*": fitted}).of("device:A")
    assert DEVICE is TABLE.of("device:A")
