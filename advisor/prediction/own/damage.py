"""The user's own figures of damage: perplexity ratio and divergence of a model under a scheme, wherever
they were taken.

Damage is the file's, not the machine's, so a row counts for every machine. Own figures of exactly this
model and scheme replace the predicted ones: their error is of the text they were taken on, a fraction of
the predictor's.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

from advisor.data import store_file
from advisor.documents.outcome import Estimate
from advisor.errors import StoreError
from advisor.prediction.own.evidence import open_store, store_state

METRICS = ("ppl_ratio", "kld_mean")
TEXT_SD = {"ppl_ratio": 0.25, "kld_mean": 0.25}
"""Log sd of a file's damage (ratio - 1, or divergence) between texts, beside the stated standard error: a
judgement, that one text says within a quarter what another would."""


def local_damage(model: str, scheme: str, confidence: float = 0.9) -> dict[str, Estimate]:
    """Metric -> figure measured by the user; empty without any. Raises StoreError when the store cannot be
    read."""
    path = store_file()
    state = store_state(path)
    if state is None:
        return {}
    found = _rows(str(path), state).get((model, scheme), {})
    return {metric: _estimate(metric, rows, confidence) for metric, rows in found.items()}


@lru_cache(maxsize=4)
def _rows(path: str, state: tuple[int, ...]) -> dict[tuple[str, str], dict[str, list[tuple[float, float]]]]:
    """(model, scheme) -> metric -> [(value, standard error)] of the newest row of each text."""
    import sqlite3

    found: dict[tuple[str, str], dict[str, dict[str, tuple[float, float]]]] = {}
    try:
        db = open_store(Path(path))
        try:
            for model, scheme, metric, dataset, value, error in db.execute(
                "SELECT model, scheme, metric, dataset, value, coalesce(sd, 0) FROM rows"
                " WHERE kind = 'accuracy' AND metric IN (?, ?) ORDER BY id",
                METRICS,
            ):
                found.setdefault((model, scheme), {}).setdefault(metric, {})[dataset] = (value, error)
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot read your measurements in {path}: {error}; move the file away, or set ADVISOR_DATA_DIR"
        ) from None
    return {
        key: {metric: list(texts.values()) for metric, texts in metrics.items()}
        for key, metrics in found.items()
    }


def _estimate(metric: str, rows: list[tuple[float, float]], confidence: float) -> Estimate:
    """The mean over texts. Its interval holds the stated errors and what texts differ by."""
    from statistics import NormalDist

    n = len(rows)
    value = math.fsum(v for v, _ in rows) / n
    damage = abs(value - 1.0) if metric == "ppl_ratio" else abs(value)
    error = math.sqrt(math.fsum(e * e for _, e in rows)) / n
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * math.hypot(
        error, damage * TEXT_SD[metric] / math.sqrt(n)
    )
    low = max(value - half, 0.0)
    texts = "1 text" if n == 1 else f"{n} texts"
    return Estimate(
        value=value,
        low=low,
        high=value + half,
        basis="measured-here",
        evidence=(f"measured by you on {texts}",),
    )
