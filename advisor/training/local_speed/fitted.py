"""Fits local speed on the measurements: `fit` returns the artifact's documents."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from advisor.data import folder
from advisor.training.fitting.calibrate import rounded
from advisor.training.local_speed.cells import document as cells_document
from advisor.training.local_speed.cells import residuals, trust
from advisor.training.local_speed.fit import PHASES, Problem, reach, submitter
from advisor.training.local_speed.intervals import calibrate, levels
from advisor.training.local_speed.rows import Row, load_rows, read_share
from advisor.training.local_speed.spread import support

NEGLIGIBLE = 5e-4
"""Coefficients below this move a speed by less than a twentieth of a percent and are left out of the
artifact."""


def fit() -> dict[str, Any]:
    """The artifact document; `files` holds the measured cells, which are read only when one is asked for.

    Deterministic: the same tables give the same bytes.
    """
    rows, excluded = load_rows()
    document: dict[str, Any] = {
        "format": "local-speed/2",
        "units": "log of seconds per token = log sum over terms of exp(log size + coefficients · features)",
        "data_sha256": data_digest(),
        "rows": len(rows),
        "left_out": dict(sorted(excluded.items())),
        "read_share": read_share(),
        "reach": reach(rows),
        "devices": _devices(rows),
        "generations": _generations(rows),
        "support": support(rows, submitter),
    }
    cells = {}
    for phase in PHASES:
        p = Problem(phase, tuple(row for row in rows if row.phase == phase), document["reach"])
        model = p.fitted()
        inside = p.residual(model.predict(p.X))
        cells[phase] = residuals(p.rows, inside.tolist(), submitter)
        share, n_devices = trust(cells[phase])
        document[phase] = {
            "coefficients": {
                name: rounded(value)
                for name, value in sorted(zip(model.names, model.coef_new_.tolist(), strict=True))
                if abs(value) > NEGLIGIBLE
            },
            **_intervals(p),
            "cells": {"trust": rounded(share), "devices": n_devices},
        }
    return document | {"files": {"local_speed_cells": cells_document(cells)}}


def _intervals(p: Problem) -> dict[str, Any]:
    """`spread` (scale coefficients) and `intervals` (half widths in scales) by level of knowledge."""
    out: dict[str, Any] = {"spread": {}, "intervals": {}}
    for level in levels(p):
        found = calibrate(p, level, np.ones(len(p.y), bool))
        out["spread"][level.name] = found.spread
        out["intervals"][level.name] = found.intervals
    return out


def _devices(rows: Sequence[Row]) -> dict[str, Any]:
    """What is known of each device: rows, sources, backends, and the cores assumed for a CPU."""
    by_device: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_device[row.device.key].append(row)
    return {
        key: {
            "rows": len(of),
            "sources": sorted({row.source for row in of}),
            "backends": sorted({row.device.backend for row in of}),
            **({"cores": max(row.device.cores for row in of)} if of[0].device.kind == "cpu" else {}),
        }
        for key, of in sorted(by_device.items())
    }


def _generations(rows: Sequence[Row]) -> dict[str, int]:
    """Devices measured per generation and backend."""
    seen = {(row.device.generation, row.device.backend, row.device.key) for row in rows}
    return dict(sorted(Counter(f"{g}|{b}" for g, b, _ in seen).items()))


def data_digest() -> str:
    """SHA-256 over the local speed tables, in name order."""
    digest = hashlib.sha256()
    for path in sorted((folder("measurements") / "speed_local").glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
