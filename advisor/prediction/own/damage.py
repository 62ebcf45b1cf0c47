"""The user's own figures of damage: perplexity ratio and divergence of a model under a scheme, wherever
they were taken.

Damage is the file's, not the machine's, so a row counts for every machine. Own figures of exactly this
model and scheme replace the predicted ones: their error is of the text they were taken on, a fraction of
the predictor's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from advisor.documents.outcome import Estimate
from advisor.prediction.own.evidence import OwnEvidence

TEXT_SD = {"ppl_ratio": 0.25, "kld_mean": 0.25}
"""Log sd of a file's damage (ratio - 1, or divergence) between texts, beside the stated standard error: a
judgement, that one text says within a quarter what another would."""


def own_damage(own: OwnEvidence, model: str, scheme: str, confidence: float) -> dict[str, Estimate]:
    """Metric -> figure measured by the user; empty without any."""
    return {
        part.metric: _estimate(part.metric, part.texts, confidence)
        for part in own.damage
        if (part.model, part.scheme) == (model, scheme)
    }


def _estimate(metric: str, texts: Sequence[tuple[float, float]], confidence: float) -> Estimate:
    """The mean over texts. Its interval holds the stated errors and what texts differ by."""
    from statistics import NormalDist  # paid by those who have measured something

    n = len(texts)
    value = math.fsum(v for v, _ in texts) / n
    damage = abs(value - 1.0) if metric == "ppl_ratio" else abs(value)
    error = math.sqrt(math.fsum(e * e for _, e in texts)) / n
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * math.hypot(
        error, damage * TEXT_SD[metric] / math.sqrt(n)
    )
    return Estimate(
        value=value,
        low=max(value - half, 0.0),
        high=value + half,
        basis="measured-here",
        evidence=(f"measured by you on {'1 text' if n == 1 else f'{n} texts'}",),
    )
