"""Own figures of damage."""

from __future__ import annotations

from advisor.documents.hardware import HardwareProfile
from advisor.measuring.own import own_evidence
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store
from advisor.prediction.own.damage import own_damage
from advisor.prediction.own.evidence import OwnEvidence


def damage(value: float, sd: float, dataset: str) -> Row:
    """A measured divergence of one model under Q4_K_M."""
    return Row(
        kind="accuracy", metric="kld_mean", value=value, sd=sd, model="M", scheme="Q4_K_M", dataset=dataset
    )


def stored() -> OwnEvidence:
    """What the store says."""
    return own_evidence(HardwareProfile(name="any", source="user"))


def test_without_rows_nothing_is_said() -> None:
    """No store, and a store of others' models, say nothing."""
    assert own_damage(stored(), "M", "Q4_K_M", 0.9) == {}
    with Store() as store:
        store.add([damage(0.05, 0.001, "wiki")], Origin())
    assert own_damage(stored(), "M", "Q8_0", 0.9) == {}


def test_texts_are_averaged_and_the_newest_row_of_a_text_counts() -> None:
    """Two texts, one of them measured twice."""
    with Store() as store:
        store.add(
            [damage(9.0, 0.001, "wiki"), damage(0.04, 0.001, "wiki"), damage(0.06, 0.001, "code")], Origin()
        )
    found = own_damage(stored(), "M", "Q4_K_M", 0.9)["kld_mean"]
    assert (found.value, found.basis, found.evidence) == (
        0.05,
        "measured-here",
        ("measured by you on 2 texts",),
    )
    assert 0 < found.low < 0.05 < found.high
    wider = own_damage(stored(), "M", "Q4_K_M", 0.99)["kld_mean"]
    assert wider.high > found.high
