"""Chooses the settings of local speed that no fit finds: `python scripts/choose_local_speed.py lone|kernels`.

`lone` tries how far a device that one source measured may leave its generation, `kernels` how far own
measurements carry to other configurations. Every setting is judged on devices or sources left out whole, and
none on the holdout (`is_held`); the best are printed first, and stand as constants in
`advisor/training/local_speed/fit.py` and `advisor/prediction/own/pooling.py`.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from advisor.prediction.own import pooling
from advisor.training.local_speed import fit
from advisor.training.local_speed.evaluate_own import simulate
from advisor.training.local_speed.rows import load_rows

SHARES, MOSTS = (0.5, 0.7, 1.0), (0.15, 0.25, 0.4, 0.7)
FACTORS = (0.7, 1.0, 1.4)
"""Of the present kernel's parts."""
OWN_ROWS = 3


def problems() -> Iterator[fit.Problem]:
    """Both phases, without the holdout."""
    rows = tuple(row for row in load_rows()[0] if not fit.is_held(row))
    for phase in fit.PHASES:
        yield fit.Problem(phase, tuple(row for row in rows if row.phase == phase), fit.reach(rows))


def lone(p: fit.Problem) -> list[tuple[float, Any]]:
    """(median error plus a quarter of the widest tenth's, setting) of sources left out."""
    found = []
    for setting in itertools.product(SHARES, MOSTS):
        fit.LONE[p.phase] = setting
        off = np.abs(p.without(p.submitters))
        found.append((float(np.median(off) + np.quantile(off, 0.9) / 4), setting))
    return found


def kernels(p: fit.Problem) -> list[tuple[float, Any]]:
    """(median error in percent with three own rows, kernel) of devices left out."""
    residual = p.without(p.devices).tolist()
    present, found = pooling.KERNELS[p.phase], []
    for device, family, size in itertools.product(FACTORS, repeat=3):
        made = type(present)(
            present.device * device,
            present.family * family,
            present.size * size,
            present.sparse,
            present.cell,
        )
        pooling.KERNELS[p.phase] = made
        with_own = simulate(p.rows, residual, p.phase, OWN_ROWS)["median_error_with_pct"]
        found.append((with_own, made))
    pooling.KERNELS[p.phase] = present
    return found


def main() -> int:
    """Print the settings, the best first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("lone", "kernels"))
    try_all = {"lone": lone, "kernels": kernels}[parser.parse_args().what]
    for p in problems():
        for score, setting in sorted(try_all(p), key=lambda pair: pair[0]):
            print(f"{p.phase}  {score:8.4f}  {setting}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
