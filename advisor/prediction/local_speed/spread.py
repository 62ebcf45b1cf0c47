"""How far off a local speed may be: the scale of its error, from what is known about the work.

An interval's half width is this scale times a conformal quantile of |error| ÷ scale over groups left out
(normalised conformal prediction, Papadopoulos et al. 2008), so a card that thirty people measured gets a
narrower interval than one nobody did, and both hold. The scale is exp(Σ coefficient × feature), fitted by
`advisor.training.local_speed.spread`; the features are counts of evidence and kinds of work. `predict`
multiplies the scale by the quantile that `strata` draws.
"""

from __future__ import annotations

import math

from advisor.prediction.local_speed.work import Work

MANY = 20
"""Beyond this many sources one more teaches nothing about the next: counts stop here."""
NARROWEST, WIDEST = 0.04, 1.0
"""Bounds of the scale in logs: repeated runs of one machine differ by 3 % (median); a factor of e is a guess
whatever the features say."""
SMALL_BYTES = 2e9
"""Models that read less per token wait for launches and the host rather than for memory."""
USUAL_PROMPT = 512.0
"""The length most prompts were measured at (llama-bench's default)."""


def evidence_keys(work: Work) -> dict[str, str]:
    """The names under which measurements like this case are counted."""
    device = work.shares[0].device
    return {
        "device": f"device:{device.key}|{device.backend}",
        "generation": f"generation:{device.generation}|{device.backend}",
        "family": f"family:{work.family}|{device.backend}",
        "engine": f"engine:{work.engine}|{device.backend}",
    }


def spread_features(phase: str, work: Work, support: dict[str, int]) -> list[tuple[str, float]]:
    """What the scale depends on; *support* counts who measured, by `evidence_keys`."""
    share = work.shares[0]
    device = share.device
    features = [("", 1.0), (f"kind:{device.kind}", 1.0), (f"backend:{device.backend}", 1.0)]
    for kind, name in evidence_keys(work).items():
        features.append((f"log-{kind}", math.log1p(min(support.get(name, 0), MANY))))
    if not support.get(evidence_keys(work)["device"]):
        features.append(("device-unknown", 1.0))
    if work.active_share < 1:
        features.append(("moe", 1.0))
    if work.n_devices > 1:
        features.append(("devices", 1.0))
    if len(work.shares) > 1 or work.upload_s > 0:
        features.append(("split", 1.0))
    if device.kind == "cpu" and not device.ram_stated:
        features.append(("ram-not-stated", 1.0))
    if device.idle_cores > 0:
        features.append(("few-threads", 1.0))
    if work.averaged:
        features.append(("averaged", 1.0))
    if work.hybrid:
        features.append(("hybrid", 1.0))
    if phase == "decode":
        features.append(("small", max(0.0, math.log(SMALL_BYTES / max(1.0, share.read_bytes)))))
    else:
        length = math.log(max(1.0, work.prompt_tokens) / USUAL_PROMPT)
        features += [("short", max(0.0, -length)), ("long", max(0.0, length))]
    return features


def knowledge_sign(feature: str) -> int:
    """-1 for what is known and must not widen an interval, 1 for what is unknown and must not narrow one, 0
    for kinds of work."""
    return -1 if feature.startswith("log-") else 1 if feature in ("device-unknown", "ram-not-stated") else 0


def scale(features: list[tuple[str, float]], coefficients: dict[str, float]) -> float:
    """Expected |log error| of a case with these features, within the bounds."""
    value = sum(coefficients.get(name, 0.0) * x for name, x in features)
    return min(WIDEST, max(NARROWEST, math.exp(value)))
