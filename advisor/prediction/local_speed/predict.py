"""Speed of one request at a time on a local engine: decode and prefill, each with an interval and its
reasons.

The formula is `terms`, its coefficients are the artifact that `advisor.training.local_speed` fits.
What is measured on this machine enters as an `Effect`: with a device effect u ~ N(0, s²) before, and n own
rows whose mean log(measured ÷ predicted) is m and whose sd is e, the posterior is N(w·m, (1 - w)·s²) with
w = s² ÷ (s² + e² ÷ n); the prediction is multiplied by exp(w·m) and its interval keeps the part of the
conformal width that a device effect does not explain.
"""

import math
from typing import Any, NamedTuple

from advisor.documents.kinds import Basis
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Load
from advisor.prediction import artifacts
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import Speed, single_stream
from advisor.prediction.interval import groups_wanted
from advisor.prediction.local_speed.bounds import least_log_s, peak_log_s
from advisor.prediction.local_speed.inputs import kernel_family, per_token
from advisor.prediction.local_speed.plan import works
from advisor.prediction.local_speed.spread import scale, spread_features
from advisor.prediction.local_speed.strata import Drawn, cell_key, draw
from advisor.prediction.local_speed.terms import Term, decode_terms, log_time, prefill_terms
from advisor.prediction.local_speed.work import Work
from advisor.prediction.own.evidence import Phase, Point
from advisor.prediction.own.pooling import REPEAT_SD, Effect, own_effect
from advisor.sizing.weights import Weights

TOO_WIDE = math.log(10.0)
"""An interval wider than an order of magnitude rests on no measurements like the case: basis extrapolated."""
NORMAL_90 = 1.645
"""Half width of a 90 % interval in standard deviations of a normal distribution."""
DEVICE_PART = 0.5
"""Share of the variance of a prediction's error that all rows of a machine have in common. On devices left
out of the fit, one to eight own rows bring the error that nine in ten stay below to 0.59 of what it was
(decode, 167 to 43 machines) and to 0.63 to 0.80 (prefill): half of the variance is 0.71."""


def predict(case: Case, load: Load, sized: Sized) -> Speed:
    """Speed of one request at a time, whatever the load's concurrency.

    A placement that does not fit is predicted as if it did. Raises NotMeasuredError when the bandwidth of a
    device that takes part is unknown, or the model's size.
    """
    fitted = artifacts.load("local_speed")
    answer, prompt = works(case, load, sized, fitted)
    decode, decoding = estimate("decode", answer, asked_of(case, sized, "decode"), fitted)
    prefill, reading = estimate("prefill", prompt, asked_of(case, sized, "prefill"), fitted)
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


def narrowed(estimate: Estimate) -> float:
    """How many times its low end the high end of *estimate* still is once rows of the machine are known."""
    return float((estimate.high / estimate.low) ** math.sqrt(1.0 - DEVICE_PART))


class Asked(NamedTuple):
    """What a figure depends on beside its work."""

    model: str
    """The name its measurements go by."""
    scheme: str
    confidence: float
    own: Effect | None = None
    """What own measurements say of the machine."""


def asked_of(case: Case, sized: Sized, phase: Phase) -> Asked:
    return Asked(case.model.known_as, case.scheme.name, case.confidence, _own(case, sized, phase))


def estimate(
    phase: Phase, work: Work, asked: Asked, fitted: dict[str, Any]
) -> tuple[Estimate | None, dict[str, Any]]:
    """Tokens per second of a prompt, or steps per second of answers, and what the figure is made of;
    *fitted* is the artifact `local_speed`.
    """
    parts = decode_terms(work) if phase == "decode" else prefill_terms(work)
    if phase == "prefill" and not any(name == "matmul" for name, _, _ in parts):
        return None, {"why_not": "the device's arithmetic rate is unknown"}
    log_s, shares = log_time(parts, fitted[phase]["coefficients"])
    spread = _spread(phase, work, fitted, asked.confidence)
    width, basis, evidence = spread.width, spread.basis, [_where_from(work, fitted), spread.words]
    rows = _measured(work, asked.model, asked.scheme, phase)
    if rows:
        log_s -= _repeated(rows, fitted[phase]["cells"]["trust"])
        basis = "measured"
        listed = ", ".join(sorted({row[0] for row in rows})[:3])
        evidence.insert(0, f"{sum(row[2] for row in rows)} figures of this configuration from {listed}")
    least = least_log_s(phase, work, fitted["reach"])
    own, without_own = asked.own, max(log_s, least)
    if own is not None:
        prior = ((_spread(phase, work, fitted, 0.9).width or 1.0) / NORMAL_90) ** 2 * DEVICE_PART
        weight = prior / (prior + own.sd * own.sd / own.rows)
        log_s -= weight * own.log_ratio
        width = width and width * math.sqrt(1.0 - weight * DEVICE_PART)
        basis = "measured-here"
        evidence.insert(0, _own_words(own.rows, own.busy_rows, weight))
        if without_own - own.fastest < least - _ROUNDING:
            least = without_own - own.fastest
            evidence.insert(1, _LIMIT_DOUBTED)
    log_s = max(log_s, least)
    peak = min(peak_log_s(phase, work), least)
    slow = math.inf if width is None else log_s + width
    fast = peak if width is None else max(log_s - width, peak)
    if own is not None:  # what was measured lies in its own interval
        repeats = NORMAL_90 * REPEAT_SD
        slow = max(slow, without_own - own.slowest + repeats)
        fast = min(fast, without_own - own.fastest - repeats)
    found = Estimate(
        value=math.exp(-log_s),
        low=math.exp(-slow),
        high=math.exp(-fast),
        basis=basis,
        evidence=tuple(evidence),
    )
    return found, _explained(work, parts, shares, log_s, fitted[phase], spread) | {"measured": rows}


def _repeated(rows: list[list[Any]], trust: float) -> float:
    """Of the mean deviation of k sources from their own machines' middles, the share that belongs to the
    cell."""
    k = len(rows)
    return float(trust * k / (trust * k + 1 - trust) * sum(row[1] for row in rows) / k)


def _own_words(n_rows: int, n_busy: int, weight: float) -> str:
    rows = "1 row" if n_rows == 1 else f"{n_rows} rows"
    return f"{rows} measured on this machine, {n_busy or 'none'} of them on a busy one, trusted {weight:.0%}"


_ROUNDING = 1e-9
"""Of a sum of logarithms: a prediction nearer than this to its bound is at it."""
_LIMIT_DOUBTED = (
    "measured faster than the machine's bandwidth and arithmetic allow: those are in doubt, the measurement "
    "is not (a bandwidth measured on a busy machine is too low; `advisor probe --measure`)"
)


class _Spread(NamedTuple):
    """The interval of one figure."""

    width: float | None
    """Half width in logs; None where the groups left out do not carry the confidence."""
    level: str
    """known or unknown: the device."""
    stratum: str
    words: str
    basis: Basis


def _is_known(work: Work, fitted: dict[str, Any]) -> bool:
    return all(
        share.device.backend in fitted["devices"].get(share.device.key, {}).get("backends", ())
        for share in work.shares
    )


def _spread(phase: Phase, work: Work, fitted: dict[str, Any], confidence: float) -> _Spread:
    level, drawn, width = _drawn(phase, work, fitted, confidence)
    what = "sources on known devices" if level == "known" else "devices"
    if width is None:
        words = (
            f"{drawn.groups} {what} left out carry no {confidence:.4g} interval, which wants "
            f"{groups_wanted(confidence)}: only the machine's peak bounds it"
        )
        return _Spread(None, level, drawn.stratum, words, "extrapolated")
    seen = _is_known(work, fitted) or all(
        share.device.kind == "cpu"
        or f"{share.device.generation}|{share.device.backend}" in fitted["generations"]
        for share in work.shares
    )
    basis: Basis = "interpolated" if seen and 2 * width < TOO_WIDE else "extrapolated"
    words = f"interval from {drawn.groups} {what} left out ({drawn.stratum})"
    return _Spread(width, level, drawn.stratum, words, basis)


def _drawn(
    phase: Phase, work: Work, fitted: dict[str, Any], confidence: float
) -> tuple[str, Drawn, float | None]:
    """(level, what its width was drawn from, half width in logs): the narrowest of the levels of knowledge
    that hold of the case, since what is known of its device cannot make it less certain."""
    features = spread_features(phase, work, fitted["support"])
    found = []
    for level in ("known", "unknown") if _is_known(work, fitted) else ("unknown",):
        drawn = draw(fitted[phase]["intervals"][level], work, confidence)
        usual = scale(features, fitted[phase]["spread"][level])
        width = None if drawn.scales is None else drawn.scales * usual
        found.append((level, drawn, width))
    return min(found, key=lambda one: math.inf if one[2] is None else one[2])


def _measured(work: Work, model: str, scheme: str, phase: str) -> list[list[Any]]:
    """[source, log(measured ÷ predicted), figures] of exactly this configuration; empty when there is
    none."""
    if len(work.shares) > 1 or work.upload_s or work.sequences > 1:
        return []
    device = work.shares[0].device
    cells = artifacts.entry("local_speed_cells", f"{device.key}|{device.backend}") or {}
    found = cells.get(cell_key(model, scheme, work.n_devices, work.engine), {})
    rows: list[list[Any]] = found.get(phase, [])
    return rows


def _where_from(work: Work, fitted: dict[str, Any]) -> str:
    names, known = [], _is_known(work, fitted)
    for share in work.shares:
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
    work: Work,
    parts: list[Term],
    shares: list[float],
    log_s: float,
    fitted: dict[str, Any],
    spread: _Spread,
) -> dict[str, Any]:
    total, coefficients = math.exp(log_s), fitted["coefficients"]
    seconds: dict[str, float] = {}
    for (name, _, _), part in zip(parts, shares, strict=True):
        seconds[name] = seconds.get(name, 0.0) + part * total
    first = work.shares[0]
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
            for s in work.shares
        ],
        "efficiency": sum(s.read_bytes / s.device.bandwidth_bytes_per_s for s in work.shares) / total,
        "device_effect": math.exp(-effect),
        "family": work.family,
        "stratum": spread.stratum,
        "half_width_log": spread.width,
    }
