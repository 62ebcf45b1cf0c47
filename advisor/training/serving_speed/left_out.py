"""What belongs to a device or a configuration, and predictions for rows of groups the fit never saw."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from advisor.training.serving_speed.fit import Fit
from advisor.training.serving_speed.model import Case

SOME = 30
"""Figures from which on a publisher, device or kernel counts as measured (fewer are borrowed from relatives,
and the answer says so)."""
_FOLDS = 10
"""Publishers are left out one by one; devices and model families some at a time."""


def publisher(case: Case) -> str:
    """Who measured."""
    return case.row.publisher


def metric_of(case: Case) -> str:
    """ttft, or decode for all figures that output tokens dominate."""
    return "ttft" if case.row.metric == "ttft" else "decode"


def config_key(case: Case) -> str:
    """As `serving_speed._Known` spells it: device, devices, model, kernel family, engine."""
    return f"{case.gpu.catalog_name}|{case.row.devices}|{case.model}|{case.family}|{case.row.engine}"


KINDS: dict[str, Callable[[Case], str]] = {
    "source": publisher,
    "device": lambda case: case.gpu.catalog_name or case.gpu.name,
    "model": lambda case: case.model_family,
}


def centre(fitted: Fit) -> dict[str, float]:
    """The typical publisher's offset, every publisher of some size counted once."""
    known = fitted.coefficients()
    count = Counter(
        (metric_of(case), publisher(case)) for case in fitted.cases if case.row.engine != "transformers"
    )
    result = {}
    for metric, kind in (("decode", "by:"), ("ttft", "by-first:")):
        values = [known[f"{kind}{who}"] for (which, who), n in count.items() if which == metric and n >= SOME]
        result[metric] = rounded(float(np.median(values))) if values else 0.0
    return result


def typical(fitted: Fit) -> dict[str, float]:
    """The coefficients to predict with: a kernel's arithmetic as the mean over publishers has it."""
    known = fitted.coefficients()
    count = Counter((publisher(case), key) for case in fitted.cases for key in case.keys["body_math"])
    own = defaultdict(list)
    for (_, name), n in count.items():
        if name.startswith("math-by:") and n >= SOME:
            own[name.rsplit(":", 1)[1]].append(known[name])
    for family, values in own.items():
        known[f"math:{family}"] += float(np.mean(values))
    for family in ("w4a16", "w8a16"):
        if f"math:{family}" in known:
            known[f"math:{family}"] = min(known[f"math:{family}"], known["math:bf16"])
    return known


def corrections(fitted: Fit) -> dict[str, Any]:
    """log(measured / modelled) that belongs to every machine ("all"), to a device, and to one configuration
    on it.

    Partial pooling: the median of every publisher counts once; a mean over s publishers keeps s / (s + 1) of
    itself, for publishers of one configuration differ by about as much as configurations do.
    """
    residual = fitted.residuals()
    usable = fitted.weights > 0
    typical = centre(fitted)
    result: dict[str, Any] = {}
    for metric in ("decode", "ttft"):
        rows = [i for i, case in enumerate(fitted.cases) if usable[i] and metric_of(case) == metric]
        left = residual.copy()
        device = _pooled(
            [(fitted.cases[i].gpu.catalog_name, publisher(fitted.cases[i]), left[i]) for i in rows]
        )
        for i in rows:
            left[i] -= device.get(fitted.cases[i].gpu.catalog_name, 0.0)
        config = _pooled([(config_key(fitted.cases[i]), publisher(fitted.cases[i]), left[i]) for i in rows])
        result[metric] = {"all": typical[metric], "device": device, "config": config}
    return result


def _pooled(rows: Sequence[tuple[str, str, float]]) -> dict[str, float]:
    by_key: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for key, source, value in rows:
        by_key[key][source].append(value)
    return {
        key: rounded(sum(float(np.median(v)) for v in sources.values()) / (len(sources) + 1))
        for key, sources in sorted(by_key.items())
    }


def apply(effects: dict, case: Case) -> float:
    """The correction of *case*."""
    own = effects[metric_of(case)]
    return (
        own["all"] + own["device"].get(case.gpu.catalog_name, 0.0) + own["config"].get(config_key(case), 0.0)
    )


def left_out(
    full: Fit,
    key: Callable[[Case], str],
    kernels: dict,
    progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """log(measured / predicted) of every row by a fit that never saw its group."""
    groups = [key(case) for case in full.cases]
    names = sorted(set(groups), key=lambda name: (-groups.count(name), name))
    folds = min(_FOLDS, len(names)) if key is publisher else _FOLDS // 2
    fold_of = {name: i % folds for i, name in enumerate(names)}
    fold = np.array([fold_of[g] for g in groups])
    residual = np.zeros(len(groups))
    for number in range(folds):
        inside = np.flatnonzero(fold != number)
        part = (
            Fit([full.cases[i] for i in inside], kernels)
            .start(full.coefficients())
            .run(steps=12, tolerance=3e-4)
        )
        effects = corrections(part)
        outside = np.flatnonzero(fold == number)
        rest = Fit([full.cases[i] for i in outside], kernels).start(typical(part))
        # The protocol of a benchmark is known to whoever reads it; the publisher's own offset is not.
        found = rest.residuals() + rest.names.offset(rest.theta) - rest.names.protocol(rest.theta)
        for i, r in zip(outside, found, strict=True):
            residual[i] = r - apply(effects, full.cases[i])
        if progress:
            progress((number + 1) / folds)
    return residual


def seen(found: Sequence[Case], key: Callable[[Case], str]) -> np.ndarray:
    """Whether the device and the engine's kernel of a row are measured outside the row's own group."""
    device = Counter((c.gpu.catalog_name, key(c)) for c in found)
    kernel = Counter((c.row.engine, c.family, key(c)) for c in found)
    by_device, by_kernel = Counter(), Counter()
    for (name, _), n in device.items():
        by_device[name] += n
    for (engine, family, _), n in kernel.items():
        by_kernel[engine, family] += n
    return np.array(
        [
            by_device[c.gpu.catalog_name] - device[c.gpu.catalog_name, key(c)] >= SOME
            and by_kernel[c.row.engine, c.family] - kernel[c.row.engine, c.family, key(c)] >= SOME
            for c in found
        ]
    )


def rounded(value: float) -> float:
    """Six significant digits: fewer than linear algebra libraries agree on, more than any figure here is
    sure of."""
    return float(f"{value:.6g}")
