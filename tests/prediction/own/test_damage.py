"""Own figures of damage, and the refit of the local part."""

from __future__ import annotations

import pytest

from advisor.catalog.resolve import resolve_hardware
from advisor.measuring.refit import refit_local
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store
from advisor.prediction.own.damage import local_damage
from advisor.prediction.own.evidence import fingerprint


def damage(value: float, sd: float, dataset: str) -> Row:
    """A measured divergence of one model under Q4_K_M."""
    return Row(
        kind="accuracy", metric="kld_mean", value=value, sd=sd, model="M", scheme="Q4_K_M", dataset=dataset
    )


def test_without_rows_nothing_is_said() -> None:
    """No store, and a store of others' models, say nothing."""
    assert local_damage("M", "Q4_K_M") == {}
    with Store() as store:
        store.add([damage(0.05, 0.001, "wiki")], Origin())
    assert local_damage("M", "Q8_0") == {}


def test_texts_are_averaged_and_the_newest_row_of_a_text_counts() -> None:
    """Two texts, one of them measured twice."""
    with Store() as store:
        store.add(
            [damage(9.0, 0.001, "wiki"), damage(0.04, 0.001, "wiki"), damage(0.06, 0.001, "code")], Origin()
        )
    found = local_damage("M", "Q4_K_M")["kld_mean"]
    assert (found.value, found.basis, found.evidence) == (
        0.05,
        "measured-here",
        ("measured by you on 2 texts",),
    )
    assert 0 < found.low < 0.05 < found.high
    wider = local_damage("M", "Q4_K_M", confidence=0.99)["kld_mean"]
    assert wider.high > found.high


def test_refit_names_what_was_used_on_this_machine_only() -> None:
    """Rows of the machine asked for, by backend and phase; those of another machine are not its own."""
    machine = resolve_hardware("RTX 4090")
    common = {"kind": "speed", "metric": "tokens_per_s", "phase": "decode", "output_tokens": 128}
    common |= {"model": "Llama-3.1-8B", "engine": "llama.cpp", "backend": "cuda"}
    with Store() as store:
        mine = [
            Row(value=100.0 + i, scheme=s, host=fingerprint(machine), **common)
            for i, s in enumerate(("Q4_0", "Q8_0"))
        ]
        store.add([*mine, Row(value=5.0, scheme="Q4_0", host="another", **common)], Origin())
    (line,) = refit_local(machine)["effects"]
    assert (line["backend"], line["phase"], line["configurations"]) == ("cuda", "decode", 2)
    assert line["mean_log_ratio"] == pytest.approx(0, abs=1.0)
