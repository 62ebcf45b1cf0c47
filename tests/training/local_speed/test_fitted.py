"""The committed artifact of local speed."""

from collections import Counter

from advisor.prediction.artifacts import load
from advisor.training.local_speed.fitted import data_digest


def test_the_artifact_carries_its_data_and_intervals():
    """It names the data it was fitted on, and its widths grow with confidence."""
    artifact = load("local_speed")
    assert data_digest() == artifact["data_sha256"]
    for phase in ("decode", "prefill"):
        entry = artifact[phase]["intervals"]["unknown"]["all"]
        widths = [entry["half_widths"][str(c)] for c in (0.5, 0.8, 0.9, 0.99)]
        assert widths == sorted(widths)
        assert entry["groups"] > 200


def test_no_source_has_a_coefficient_in_the_artifact():
    """Sources explain the rows they sent; a prediction belongs to none of them."""
    names = Counter(
        name.split(":")[0].split("|")[0] for name in load("local_speed")["decode"]["coefficients"]
    )
    assert names["source"] == 0
    assert names["device"] > 100


def test_no_kind_of_device_passes_its_peak():
    """The bounds of predictions are shares of the peak, at most all of it."""
    assert {True} == {0.3 < share <= 1.0 for share in load("local_speed")["reach"].values()}
