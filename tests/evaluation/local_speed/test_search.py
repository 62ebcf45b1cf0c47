"""The search for settings of local speed, tiny."""

from __future__ import annotations

from advisor.evaluation.local_speed.search import search
from advisor.prediction.own import pooling
from advisor.training.local_speed import fit


def test_the_settings_come_best_first_and_nothing_is_left_changed() -> None:
    """Twelve settings of a lone device and 27 kernels by phase; what is shipped is as it was."""
    before = (dict(fit.LONE), dict(pooling.KERNELS))
    found = search(12)
    for heading, settings in (("lone_devices", 12), ("own_kernels", 27)):
        for phase in fit.PHASES:
            errors = [line["error"] for line in found[heading] if line["phase"] == phase]
            assert len(errors) == settings
            assert errors == sorted(errors)
    assert before == (fit.LONE, pooling.KERNELS)
