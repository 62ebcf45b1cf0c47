"""Which measured groups stand for a case when its interval is drawn."""

from __future__ import annotations

import itertools
import math

from advisor.prediction.local_speed.terms import Case

CONFIDENCES = (0.5, 0.68, 0.8, 0.9, 0.95)
"""Levels stored in the artifact; others are interpolated between them."""
MIN_GROUPS = 15
"""Fewer groups than this and the next wider stratum is used: a dozen's 90 % quantile is their worst one."""
FEW_GROUPS = 4
FEW_LEVEL = 0.8
"""A stratum of FEW_GROUPS may widen its parent's interval, by its quantile at this level: four carry it."""


SEVERAL = "several devices"
UNSEEN_FACTOR = 1.5
"""Widening in logs where no device of the generation was measured on this backend, or different devices share
the work, or few measured several: a judgement, since too few such rows are measured to draw a quantile
from."""
TOO_FEW = 4.6
"""Half width without enough groups: the 99 % quantile of a Laplace error, in its scales."""


def stratum_chain(case: Case) -> tuple[str, ...]:
    """Strata of a case from the particular to the general; `all` is last."""
    kind = case.shares[0].device.kind
    kind = "gpu" if kind == "apu" else kind
    sparse = "moe" if case.active_share < 1 else "dense"
    names = [f"{kind}|{sparse}", kind, "all"]
    if case.n_devices > 1:
        names.insert(0, SEVERAL)
    return tuple(names)


def is_supported(table: dict, case: Case) -> bool:
    """Whether more than FEW_GROUPS measured several devices together, where the case has several."""
    return case.n_devices < 2 or table.get(SEVERAL, {}).get("groups", 0) > FEW_GROUPS


def half_width(table: dict, chain: tuple[str, ...], confidence: float) -> tuple[float, str, int]:
    """(half width in scales of the error, stratum, groups) for *chain* at *confidence*.

    The first stratum with MIN_GROUPS groups; a more particular one with fewer can only widen it, to the
    largest quantile its groups carry and by UNSEEN_FACTOR at most: one broken run among four must not set it.
    """
    wider = 0.0
    for name in chain:
        entry = table.get(name)
        if entry is None or not entry["half_widths"]:
            continue
        if entry["groups"] >= MIN_GROUPS:
            width = at_confidence(entry["half_widths"], confidence)
            return min(max(width, wider), UNSEEN_FACTOR * width), name, entry["groups"]
        if entry["groups"] >= FEW_GROUPS:
            wider = max(wider, at_confidence(entry["half_widths"], min(confidence, FEW_LEVEL)))
    return max(wider, TOO_FEW), "too few groups", 0


def at_confidence(half_widths: dict[str, float], confidence: float) -> float:
    """The half width at *confidence*: linear between the stored levels, beyond the last as a normal tail
    grows."""
    levels = [c for c in CONFIDENCES if str(c) in half_widths]
    if confidence <= levels[0]:
        return half_widths[str(levels[0])] * confidence / levels[0]
    for low, high in itertools.pairwise(levels):
        if confidence <= high:
            at = (confidence - low) / (high - low)
            return half_widths[str(low)] * (1 - at) + half_widths[str(high)] * at
    last = levels[-1]
    return half_widths[str(last)] * math.sqrt(math.log(1 - confidence) / math.log(1 - last))


def cell_key(model: str, scheme: str, n_devices: int, engine: str) -> str:
    """One measured configuration of a device; LocalScore's llamafile runs llama.cpp and counts as it."""
    same = "llama.cpp" if engine == "llamafile" else engine
    return f"{model}|{scheme}|{n_devices}|{same}"
