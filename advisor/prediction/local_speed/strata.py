"""Which measured groups stand for a case when its interval is drawn."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from advisor.prediction.interval import width_at
from advisor.prediction.local_speed.work import Work

MIN_GROUPS = 9
"""Of a stratum that is used: nine carry a 90 % interval (`interval.groups_wanted`), by their worst one."""
SPLIT = "processor and card together"
SEVERAL = "several devices"
TOGETHER = "several sequences"


class Drawn(NamedTuple):
    """An interval's half width in scales of the error, and the groups it was drawn from."""

    scales: float | None
    """None where no stratum's groups carry the confidence."""
    stratum: str
    groups: int


def stratum_chain(work: Work) -> tuple[str, ...]:
    """Strata of a case from the particular to the general; `all` is last."""
    device = work.shares[0].device
    kind = "gpu" if device.kind == "apu" else device.kind
    sparse = "moe" if work.active_share < 1 else "dense"
    names = [f"{kind}|{sparse}", kind, "all"]
    if len(work.shares) > 1 or work.upload_s > 0:
        return (SPLIT, "all")
    if kind == "gpu":
        names.insert(0, f"{kind}|{sparse}|{device.vendor}")
    if work.sequences > 1:
        names.insert(0, TOGETHER)
    if work.n_devices > 1:
        names.insert(0, SEVERAL)
    return tuple(names)


def draw(table: Mapping[str, Any], work: Work, confidence: float) -> Drawn:
    """The half width of the first stratum whose groups carry *confidence*.

    A particular stratum that falls short of it still says how wide it is at the most it carries: no wider one
    takes less.
    """
    groups, least = 0, 0.0
    for name in stratum_chain(work):
        entry = table.get(name)
        if entry is None:
            continue
        groups = max(groups, entry["groups"])
        width = width_at(entry["half_widths"], confidence)
        if entry["groups"] < MIN_GROUPS:
            continue
        if width is not None:
            return Drawn(max(width, least), name, entry["groups"])
        least = max(least, *(known for known in entry["half_widths"].values() if known is not None))
    return Drawn(None, "all", groups)


def cell_key(model: str, scheme: str, n_devices: int, engine: str) -> str:
    """One measured configuration of a device; LocalScore's llamafile runs llama.cpp and counts as it."""
    same = "llama.cpp" if engine == "llamafile" else engine
    return f"{model}|{scheme}|{n_devices}|{same}"
