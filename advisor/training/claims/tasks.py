"""Claims judged by task scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from advisor.training.accuracy.rows import Row
from advisor.training.claims.claim import CONDITIONS, FAILS, HOLDS, LEAST, UNKNOWN, Claim


def _spread(losses: np.ndarray) -> str:
    low, mid, high = np.quantile(losses, (0.05, 0.5, 0.95))
    return f"median {mid:.2f} %, mean {losses.mean():.2f} %, 5th–95th percentile {low:.1f} to {high:.1f} %"


def _at(
    tasks: list[Row], low: float, high: float, test: Callable[[Row], bool] = lambda row: True
) -> np.ndarray:
    return np.array([row.y for row in tasks if low <= row.scheme.bits < high and test(row)])


def eight_claim(tasks: list[Row]) -> Claim:
    """Losses at eight bits."""
    y = _at(tasks, 7.5, 9)
    verdict = UNKNOWN if len(y) < LEAST else HOLDS if abs(np.median(y)) < 0.5 and y.mean() < 1 else CONDITIONS
    return Claim(
        "“8-bit is nearly lossless”",
        verdict,
        len(y),
        f"{_spread(y)}; {100 * np.mean(np.abs(y) > 1):.0f} % of the rows differ by more than 1 %, "
        "most of it sampling error in both directions.",
    )


def four_claim(tasks: list[Row]) -> Claim:
    """Losses at four bits, by category."""
    y = _at(tasks, 3.95, 4.95)
    by = sorted(
        (float(np.median(part)), name, len(part))
        for name in {row.category for row in tasks}
        if len(part := _at([row for row in tasks if row.category == name], 3.95, 4.95)) >= LEAST
    )
    inside = float(np.mean(y <= 5))
    verdict = UNKNOWN if len(y) < LEAST else HOLDS if inside > 0.95 else CONDITIONS if inside > 0.6 else FAILS
    worst = ", ".join(f"{name} {mid:.1f} %" for mid, name, _ in by[::-1][:3])
    return Claim(
        "“4-bit suffices for most uses”",
        verdict,
        len(y),
        f"{_spread(y)}; {100 * inside:.0f} % of the rows lose at most 5 %. "
        f"Most is lost on {worst} (medians).",
    )


def one_scheme_claim(tasks: list[Row], text: str, method: str) -> Claim:
    """Losses of one method."""
    y = _at(tasks, 0, 17, lambda row: row.scheme.method == method)
    verdict = UNKNOWN if len(y) < LEAST else HOLDS if np.median(y) < 0.5 and y.mean() < 1 else CONDITIONS
    return Claim(f"“{text}”", verdict, len(y), f"{_spread(y)}.")


def int8_claim(tasks: list[Row]) -> Claim:
    """Losses of INT8 weights and activations."""
    y = _at(tasks, 7.5, 9, lambda row: row.scheme.act.startswith("int8"))
    share = float(np.mean((y >= 1) & (y <= 3)))
    verdict = (
        UNKNOWN
        if len(y) < LEAST
        else HOLDS
        if 1 <= np.median(y) <= 3
        else CONDITIONS
        if share > 0.4
        else FAILS
    )
    return Claim(
        "“INT8 W8A8 loses 1–3 %”",
        verdict,
        len(y),
        f"{_spread(y)}; {100 * np.mean(y < 1):.0f} % of the rows lose less than 1 %, "
        f"{100 * share:.0f} % lose 1 to 3 %, {100 * np.mean(y > 3):.0f} % more.",
    )


def _paired(tasks: list[Row], one: Callable[[Row], bool], other: Callable[[Row], bool]) -> np.ndarray:
    """Differences of loss (one − other) on the same source, model and benchmark."""
    by: dict[tuple[Any, ...], tuple[list[float], list[float]]] = {}
    for row in tasks:
        side = 0 if one(row) else 1 if other(row) else None
        if side is not None:
            by.setdefault((row.source, row.model.name, row.category, row.dataset), ([], []))[side].append(
                row.y
            )
    return np.array([np.median(a) - np.median(b) for a, b in by.values() if a and b])


def rivals_claim(tasks: list[Row]) -> Claim:
    """Four-bit weights against eight bits, in pairs."""
    d = _paired(
        tasks,
        lambda r: r.scheme.bits == 4 and not r.scheme.act and r.scheme.method in ("gptq", "awq"),
        lambda r: r.scheme.act in ("fp8", "int8", "int8-smooth") and r.scheme.bits == 8,
    )
    if len(d) < LEAST:
        return Claim("“W4A16 rivals 8-bit”", UNKNOWN, len(d), "too few pairs")
    near = float(np.mean(d < 1))
    verdict = HOLDS if np.median(d) < 0.5 and near > 0.8 else CONDITIONS if np.median(d) < 2 else FAILS
    return Claim(
        "“W4A16 rivals 8-bit”",
        verdict,
        len(d),
        f"Same source, model and benchmark: W4A16 loses {np.median(d):.2f} points more (median), "
        f"{d.mean():.2f} on average; within 1 point in {100 * near:.0f} % of the pairs.",
    )


def twelve_claim(tasks: list[Row]) -> Claim:
    """The mean loss of all schemes."""
    y = np.array([row.y for row in tasks if row.scheme.bits < 16])
    parts = ", ".join(
        f"{name}: {_at(tasks, low, high).mean():.1f} %"
        for name, low, high in (
            ("8 bits", 7.5, 9),
            ("4 bits", 3.95, 4.95),
            ("3 bits", 2.95, 3.95),
            ("below", 0, 2.95),
        )
    )
    return Claim(
        "“Quantized models lose 12 % on average”",
        CONDITIONS if y.mean() > 10 else FAILS,
        len(y),
        f"Mean loss {y.mean():.1f} % over everything published, which says how many 2-bit "
        f"rows there are: {parts}.",
    )


def math_claim(tasks: list[Row]) -> Claim:
    """The largest losses in mathematics."""
    y = _at(tasks, 0, 16, lambda row: row.category == "math")
    four = _at(tasks, 3.95, 16, lambda row: row.category == "math")
    verdict = UNKNOWN if len(y) < LEAST else CONDITIONS if y.max() >= 32 else FAILS
    return Claim(
        "“Math loses up to 32 %”",
        verdict,
        len(y),
        f"Largest loss {y.max():.0f} %; from 4 bits up {_spread(four)}. "
        f"Losses of 32 % and more: {int((four >= 32).sum())} of {len(four)} rows there, "
        f"{int((y >= 32).sum()) - int((four >= 32).sum())} of {len(y) - len(four)} below 4 bits.",
    )


def _in_groups_of_128(methods: tuple[str, ...], bits: int) -> Callable[[Row], bool]:
    def test(row: Row) -> bool:
        return (row.scheme.bits, row.scheme.group) == (bits, 128) and row.scheme.method in methods

    return test


def hqq_claim(tasks: list[Row]) -> Claim:
    """HQQ against calibrated methods, in pairs."""
    parts, ns, medians = [], 0, {}
    for bits in (4, 3, 2):
        d = _paired(
            tasks,
            _in_groups_of_128(("hqq",), bits),
            _in_groups_of_128(("gptq", "awq", "autoround"), bits),
        )
        if len(d) >= 10:
            medians[bits], ns = float(np.median(d)), ns + len(d)
            parts.append(f"{bits} bits {np.median(d):+.1f} points (n={len(d)})")
    if 4 not in medians:
        return Claim("“HQQ rivals calibrated methods”", UNKNOWN, ns, "too few pairs")
    verdict = HOLDS if max(medians.values()) < 0.5 else CONDITIONS if medians[4] < 0.5 else FAILS
    return Claim(
        "“HQQ rivals calibrated methods”",
        verdict,
        ns,
        "Loss over the median of GPTQ, AWQ and AutoRound at group 128, same source: "
        + ", ".join(parts)
        + ".",
    )


def free_claim(tasks: list[Row]) -> Claim:
    """Losses in free answers, from two to eight bits."""

    def free(row: Row) -> bool:
        return row.category in ("instruction", "code")

    low, three, high = _at(tasks, 0, 2.95, free), _at(tasks, 2.95, 3.95, free), _at(tasks, 7.5, 9, free)
    text, n = (
        "“No material difference between 2 and 8 bits in free answers”",
        len(low) + len(three) + len(high),
    )
    if min(len(three), len(high)) < LEAST:
        return Claim(text, UNKNOWN, n, f"{len(low)} rows below 3 bits, {len(three)} at 3, {len(high)} at 8")
    gap = float(np.median(three) - np.median(high))
    few = (
        f"; the {len(low)} rows below 3 bits that are not destroyed lose {np.median(low):.0f} %"
        if len(low)
        else ""
    )
    return Claim(
        text,
        FAILS if gap > 5 else CONDITIONS if gap > 1 else HOLDS,
        n,
        f"Instruction following, judged answers and code: median loss {np.median(high):.1f} % at 8 bits "
        f"({len(high)} rows), {np.median(three):.1f} % at 3 bits already ({len(three)} rows){few}.",
    )


def small_claim(tasks: list[Row]) -> Claim:
    """Small models against large ones."""
    parts, gaps, n = [], [], 0
    for name, low, high in (("4 bits", 3.95, 4.95), ("3 bits", 2.95, 3.95)):
        small = _at(tasks, low, high, lambda row: row.model.params_b < 4)
        large = _at(tasks, low, high, lambda row: row.model.params_b > 25)
        if min(len(small), len(large)) >= LEAST:
            n += len(small) + len(large)
            gaps.append(float(np.median(small) - np.median(large)))
            parts.append(
                f"{name}: below 4B {np.median(small):.1f} %, above 25B {np.median(large):.1f} % (medians)"
            )
    verdict = UNKNOWN if not gaps else HOLDS if min(gaps) > 0.3 else CONDITIONS if max(gaps) > 0.3 else FAILS
    return Claim(
        "“Small models suffer more”", verdict, n, "; ".join(parts) + ". Families differ as much as sizes do."
    )
