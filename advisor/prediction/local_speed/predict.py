"""Speed of one request at a time on a local engine: decode and prefill, each with an interval and its
reasons.

The formula is `terms`, its coefficients are the artifact that `advisor.training.local_speed` fits.
What is measured on this machine enters as an `Effect`: with a device effect u ~ N(0, s²) before, and n own
rows whose mean log(measured ÷ predicted) is m and whose sd is e, the posterior is N(w·m, (1 - w)·s²) with
w = s² ÷ (s² + e² ÷ n); the prediction is multiplied by exp(w·m) and its interval keeps the part of the
conformal width that a device effect does not explain.
"""

from __future__ import annotations

import math
from typing import Any

from advisor.documents.kinds import Basis
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Load
from advisor.prediction.artifacts import load as load_artifact
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import Speed, single_stream
from advisor.prediction.local_speed import terms as formula
from advisor.prediction.local_speed.inputs import kernel_family, per_token
from advisor.prediction.local_speed.plan import plan_case
from advisor.prediction.local_speed.spread import scale, spread_features
from advisor.prediction.local_speed.strata import (
    UNSEEN_FACTOR,
    cell_key,
    half_width,
    is_supported,
    stratum_chain,
)
from advisor.prediction.local_speed.terms import (
    Term,
    decode_terms,
    least_decode_log_s,
    log_time,
    prefill_terms,
)
from advisor.prediction.own.evidence import Phase, Point
from advisor.prediction.own.pooling import Effect, own_effect
from advisor.sizing.weights import Weights

TOO_WIDE = math.log(10.0)
"""An interval wider than an order of magnitude rests on no measurements like the case: basis extrapolated."""
NORMAL_90 = 1.645
"""Half width of a 90 % interval in standard deviations of a normal distribution."""
DEVICE_PART = 0.5
"""Share of the variance of a prediction's error that all rows of a machine have in common: a judgement."""


def predict(case: Case, load: Load, sized: Sized) -> Speed:
    """Speed of one request at a time, whatever the load's concurrency.

    A placement that does not fit is predicted as if it did. Raises NotMeasuredError when the bandwidth of a
    device that takes part is unknown, or the model's size.
    """
    fitted = load_artifact("local_speed")
    decode_case, prefill_case = plan_case(case, load, sized, fitted)
    decode, decoding = _estimate("decode", case, sized, decode_case, fitted)
    prefill, reading = _estimate("prefill", case, sized, prefill_case, fitted)
    return single_stream(decode, prefill, load, {"decode": decoding, "prefill": reading})


def point_of(case: Case, weights: Weights) -> Point:
    """The configuration as own measurements know it."""
    _, read_bytes, _ = per_token(case.model, weights)
    scheme = case.scheme.name
    return Point(
        kernel_family(scheme), math.log(read_bytes), case.model.is_moe, f"{case.model.known_as}|{scheme}"
    )


def _own(case: Case, sized: Sized, phase: Phase) -> Effect | None:
    """What own measurements say; nothing of plans on two kinds of memory, which no single device's effect
    describes."""
    kind = sized.placement.kind
    if not case.own.speed or kind in ("split", "experts-on-cpu"):
        return None
    backend = "cpu" if kind == "cpu" else case.backend
    return own_effect(case.own, backend, phase, point_of(case, sized.weights))


def _estimate(
    phase: Phase, asked: Case, sized: Sized, case: formula.Case, fitted: dict[str, Any]
) -> tuple[Estimate | None, dict[str, Any]]:
    """Tokens per second, and what the figure is made of."""
    parts = decode_terms(case) if phase == "decode" else prefill_terms(case)
    if phase == "prefill" and not any(name == "matmul" for name, _, _ in parts):
        return None, {"why_not": "the device's arithmetic rate is unknown"}
    coefficients = fitted[phase]["coefficients"]
    log_s, shares = log_time(parts, coefficients)
    known = all(_is_known(share.device.key, share.device.backend, fitted) for share in case.shares)
    width, stratum, groups, basis = _spread(phase, case, known, fitted, asked.confidence)
    evidence = [_where_from(case, fitted, known)]
    evidence.append(
        f"interval from {groups} {'sources on known devices' if known else 'devices'} left out ({stratum})"
    )
    rows = _measured(case, asked.model.known_as, asked.scheme.name, phase)
    if rows:
        # Of the mean deviation of k sources from their own machines' middles, this share belongs to the cell.
        share = fitted[phase]["cells"]["trust"]
        log_s -= share * len(rows) / (share * len(rows) + 1 - share) * sum(row[1] for row in rows) / len(rows)
        basis = "measured"
        listed = ", ".join(sorted({row[0] for row in rows})[:3])
        evidence.insert(0, f"{sum(row[2] for row in rows)} figures of this configuration from {listed}")
    own = _own(asked, sized, phase)
    if own is not None:
        width_90 = _spread(phase, case, known, fitted, 0.9)[0]
        prior = (width_90 / NORMAL_90) ** 2 * DEVICE_PART
        weight = prior / (prior + own.sd * own.sd / own.rows)
        log_s -= weight * own.log_ratio
        width *= math.sqrt(1.0 - weight * DEVICE_PART)
        basis = "measured-here"
        evidence.insert(0, _own_words(own.rows, own.busy_rows, weight))
    least = least_decode_log_s(case) if phase == "decode" else -math.inf
    log_s = max(log_s, least)
    speed = math.exp(-log_s)
    estimate = Estimate(
        value=speed,
        low=speed * math.exp(-width),
        high=math.exp(-max(log_s - width, least)),
        basis=basis,
        evidence=tuple(evidence),
    )
    return estimate, _explained(case, parts, shares, log_s, coefficients, stratum, width) | {"measured": rows}


def _own_words(n_rows: int, n_busy: int, weight: float) -> str:
    rows = "1 row" if n_rows == 1 else f"{n_rows} rows"
    return f"{rows} measured on this machine, {n_busy or 'none'} of them on a busy one, trusted {weight:.0%}"


def _is_known(key: str, backend: str, fitted: dict) -> bool:
    return backend in fitted["devices"].get(key, {}).get("backends", ())


def _spread(
    phase: Phase, case: formula.Case, known: bool, fitted: dict[str, Any], confidence: float
) -> tuple[float, str, int, Basis]:
    """Half width in logs, its stratum, the groups behind it, and the basis."""
    level = "known" if known else "unknown"
    scales, stratum, groups = half_width(fitted[phase]["intervals"][level], stratum_chain(case), confidence)
    features = spread_features(phase, case, fitted["support"])
    width = scales * scale(features, fitted[phase]["spread"][level])
    seen = all(
        share.device.kind == "cpu"
        or f"{share.device.generation}|{share.device.backend}" in fitted["generations"]
        for share in case.shares
    )
    enough = groups and is_supported(fitted[phase]["intervals"][level], case)
    if enough and (known or seen) and len(case.shares) == 1 and not case.upload_s:
        return width, stratum, groups, "interpolated" if 2 * width < TOO_WIDE else "extrapolated"
    return width * UNSEEN_FACTOR, stratum, groups, "extrapolated"


def _measured(case: formula.Case, model: str, scheme: str, phase: str) -> list:
    """[source, log(measured ÷ predicted), figures] of exactly this configuration; empty when there is
    none."""
    if len(case.shares) > 1 or case.upload_s:
        return []
    device = case.shares[0].device
    cells = load_artifact("local_speed_cells").get(f"{device.key}|{device.backend}", {})
    return cells.get(cell_key(model, scheme, case.n_devices, case.engine), {}).get(phase, [])


def _where_from(case: formula.Case, fitted: dict[str, Any], known: bool) -> str:
    names = []
    for share in case.shares:
        entry = fitted["devices"].get(share.device.key)
        if known and entry:
            listed = ", ".join(entry["sources"][:3])
            names.append(f"{share.device.key}: {entry['rows']} rows ({listed})")
        else:
            n = fitted["generations"].get(f"{share.device.generation}|{share.device.backend}", 0)
            names.append(
                f"{share.device.key or 'this device'} itself not measured; {n} of its generation are"
            )
    return "; ".join(names)


def _explained(
    case: formula.Case,
    parts: list[Term],
    shares: list[float],
    log_s: float,
    coefficients: dict[str, float],
    stratum: str,
    width: float,
) -> dict:
    total = math.exp(log_s)
    seconds: dict[str, float] = {}
    for (name, _, _), part in zip(parts, shares, strict=True):
        seconds[name] = seconds.get(name, 0.0) + part * total
    first = case.shares[0]
    effect = sum(
        coefficients.get(name, 0.0)
        for name in (f"device:{first.device.key}", f"device:{first.device.key}|{first.device.backend}")
    )
    return {
        "seconds_per_token": total,
        "term_seconds": seconds,
        "devices": [
            {
                "device": s.device.key,
                "backend": s.device.backend,
                "bytes_per_token": s.read_bytes,
                "kv_bytes": s.kv_bytes,
                "bandwidth_bytes_per_s": s.device.bandwidth_bytes_per_s,
            }
            for s in case.shares
        ],
        "efficiency": sum(s.read_bytes / s.device.bandwidth_bytes_per_s for s in case.shares) / total,
        "device_effect": math.exp(-effect),
        "family": case.family,
        "stratum": stratum,
        "half_width_log": width,
    }
