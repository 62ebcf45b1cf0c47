"""Peers' formulas."""

from __future__ import annotations

import numpy as np

from advisor.evaluation.serving_speed.peers import PEERS


def test_peers_are_behind_a_fit_that_never_saw_the_device(small):
    """Leaving whole devices out, the error is still well below that of any peer's formula."""
    keep = [i for i, c in enumerate(small.cases) if c.row.metric in ("tpot", "flow")]
    own = np.median(np.abs(np.expm1(-small.left("device")[keep])))
    for formula in PEERS.values():
        guessed = np.log([formula(small.cases[i]) for i in keep])
        assert 1.5 * own < np.median(np.abs(np.expm1(guessed - small.y[keep])))
