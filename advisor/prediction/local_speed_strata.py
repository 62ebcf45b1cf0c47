"""Which measured groups stand for a case when its interval is drawn."""

from __future__ import annotations

from advisor.prediction.local_speed_terms import Case

CONFIDENCES = (0.5, 0.68, 0.8, 0.9, 0.95)
"""Levels stored in the artifact; others are interpolated between them."""
MIN_GROUPS = 12
"""Fewer groups than this and the next wider stratum is used: nine carry a 90 % quantile, as their maximum."""


def stratum_chain(case: Case) -> tuple[str, ...]:
    """Strata of a case from the particular to the general; `all` is last."""
    kind = case.shares[0].device.kind
    kind = "gpu" if kind == "apu" else kind
    sparse = "moe" if case.active_share < 1 else "dense"
    names = [f"{kind}|{sparse}|{case.shares[0].device.backend}", f"{kind}|{sparse}", kind, "all"]
    if case.n_devices > 1:
        names.insert(0, "several devices")
    return tuple(names)
