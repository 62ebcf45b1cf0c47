"""Measured configurations: how far each lay from the formula, so that a measured one is answered from its
rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from advisor.prediction.local_speed.strata import cell_key
from advisor.training.local_speed.rows import Row

WILD = 0.5
"""Deviations (in logs) beyond this are a broken run of one source and are clipped."""
_CELL, _WHERE = ["place", "cell"], ["place", "who"]


def residuals(rows: Sequence[Row], residual: Sequence[float], who: Callable[[Row], str]) -> pd.DataFrame:
    """One line per cell and who measured it: `place` (device|backend), `cell`, `who`, the `source`, `off`
    (log of measured ÷ predicted) and `n`, the figures behind it.

    The log ratio is a median over lengths, less the submitter's own middle on that device (0 for a submitter
    with a single cell there): how fast a source's machine is belongs to the device's effect, only what sets
    its cells apart can belong to a cell.
    """
    about = [
        (
            f"{row.device.key}|{row.device.backend}",
            cell_key(row.model, row.scheme, row.work.n_devices, row.engine),
            *(who(row), row.source, off, row.n),
        )
        for row, off in zip(rows, residual, strict=True)
        if row.work.sequences == 1
    ]
    table = pd.DataFrame(about, columns=[*_CELL, "who", "source", "off", "n"])
    found = table.groupby([*_CELL, "who"], as_index=False).agg(
        {"source": "first", "off": "median", "n": "sum"}
    )
    apart = found["off"] - found.groupby(_WHERE)["off"].transform("median")
    return found.assign(off=apart.map(lambda value: round(value, 3)), n=found["n"].astype(int))


def document(found: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Phases' `residuals` -> the cells document: device|backend -> cell -> phase -> rows of [source, log
    ratio, n]."""
    out: dict[str, Any] = {}
    for phase, cells in found.items():
        for place, cell, _, *row in cells.itertuples(index=False, name=None):
            out.setdefault(place, {}).setdefault(cell, {}).setdefault(phase, []).append(row)
    return out


def trust(cells: pd.DataFrame) -> tuple[float, int]:
    """How much of one source's deviation in a cell another source repeats, between 0 and 1, and on how many
    devices.

    The slope through zero of one on the other over all ordered pairs of sources, every device counting once
    and deviations beyond WILD clipped, shrunk towards nothing as if one more device showed none.
    """
    several = cells[cells.groupby(_WHERE)["cell"].transform("size") > 1]
    pairs = several.merge(several, on=_CELL, suffixes=("", "_other"))
    pairs = pairs[pairs["who"] != pairs["who_other"]]
    places = pairs["place"].nunique()
    once = 1 / pairs.groupby("place")["off"].transform("size")
    one, other = (pairs[name].clip(-WILD, WILD) for name in ("off", "off_other"))
    squares = float((one * one * once).sum())
    slope = float((one * other * once).sum()) / (squares * (1 + 1 / places)) if squares else 0.0
    return max(0.0, min(1.0, slope)), places
