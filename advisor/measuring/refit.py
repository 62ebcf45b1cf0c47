"""`advisor fit --local`: what the user's rows say about this machine, computed anew.

Only the local part is refitted; the coefficients of the installed predictor come from measurements/ alone,
so that an answer without own rows is the same on every machine.
"""

from __future__ import annotations

from typing import Any

from advisor.documents.hardware import HardwareProfile
from advisor.measuring.evidence import evidence
from advisor.measuring.fingerprint import fingerprint
from advisor.measuring.store import Store
from advisor.measuring.stored import SetAside
from advisor.prediction.own.evidence import Evidence
from advisor.prediction.own.pooling import MOST_POINTS, pool


def refit_local(hardware: HardwareProfile) -> dict[str, Any]:
    """Drop every kept summary; per backend and phase the configurations used and their mean log(measured ÷
    predicted)."""
    host, aside = fingerprint(hardware), SetAside()
    with Store() as store:
        store.forget_effects()
        found = evidence(store.connection, hardware, host, aside)
    lines = []
    for part in pool(found):
        ratios = [
            e.log_ratio for e in _soundest(found) if (e.backend, e.phase) == (part.backend, part.phase)
        ][:MOST_POINTS]
        lines.append({
            "backend": part.backend, "phase": part.phase, "configurations": len(ratios),
            "mean_log_ratio": sum(ratios) / len(ratios), "rows": part.rows, "busy_rows": part.busy_rows,
        })  # fmt: skip
    return {"host": host, "hardware": hardware.name, "effects": lines, "notes": list(aside.words())}


def _soundest(found: list[Evidence]) -> list[Evidence]:
    """Those measured on a quiet machine first, as they are chosen."""
    return sorted(found, key=lambda e: e.doubtful)
