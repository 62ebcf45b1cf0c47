"""Claims judged by task scores: tables of `accuracy.frame` with losses in percent."""

from __future__ import annotations

import pandas as pd

from advisor.evaluation.claims.claim import CONDITIONS, FAILS, LEAST, UNKNOWN, Claim, verdict

EIGHT, FOUR, THREE, BELOW = (7.5, 9.0), (3.95, 4.95), (2.95, 3.95), (0.0, 2.95)
"""Bits from and below which a scheme counts as one of the levels people speak of."""
_SAME = ["source", "model", "category", "dataset"]


def _spread(losses: pd.Series) -> str:
    low, mid, high = losses.quantile([0.05, 0.5, 0.95])
    return f"median {mid:.2f} %, mean {losses.mean():.2f} %, 5th–95th percentile {low:.1f} to {high:.1f} %"


def _at(tasks: pd.DataFrame, level: tuple[float, float]) -> pd.Series:
    return tasks.loc[tasks["bits"].between(*level, inclusive="left"), "y"]


def _paired(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Differences of median loss (one − other) on the same source, model and benchmark."""
    return (one.groupby(_SAME)["y"].median() - other.groupby(_SAME)["y"].median()).dropna()


def eight_claim(tasks: pd.DataFrame) -> Claim:
    """Losses at eight bits."""
    y = _at(tasks, EIGHT)
    return Claim(
        "“8-bit is nearly lossless”",
        verdict(len(y), abs(y.median()) < 0.5 and y.mean() < 1),
        len(y),
        f"{_spread(y)}; {100 * (y.abs() > 1).mean():.0f} % of the rows differ by more than 1 %, "
        "most of it sampling error in both directions.",
    )


def four_claim(tasks: pd.DataFrame) -> Claim:
    """Losses at four bits, by category."""
    y = _at(tasks, FOUR)
    by = tasks.loc[y.index].groupby("category")["y"].agg(["median", "size"])
    by = by[by["size"] >= LEAST].reset_index().sort_values(["median", "category", "size"], ascending=False)
    inside = (y <= 5).mean()
    worst = ", ".join(f"{row.category} {row.median:.1f} %" for row in by.head(3).itertuples())
    return Claim(
        "“4-bit suffices for most uses”",
        verdict(len(y), inside > 0.95, inside > 0.6),
        len(y),
        f"{_spread(y)}; {100 * inside:.0f} % of the rows lose at most 5 %. "
        f"Most is lost on {worst} (medians).",
    )


def one_scheme_claim(tasks: pd.DataFrame, text: str, method: str) -> Claim:
    """Losses of one method."""
    y = tasks.loc[tasks["method"] == method, "y"]
    return Claim(f"“{text}”", verdict(len(y), y.median() < 0.5 and y.mean() < 1), len(y), f"{_spread(y)}.")


def int8_claim(tasks: pd.DataFrame) -> Claim:
    """Losses of INT8 weights and activations."""
    y = _at(tasks[tasks["act"].str.startswith("int8")], EIGHT)
    share = y.between(1, 3).mean()
    return Claim(
        "“INT8 W8A8 loses 1–3 %”",
        verdict(len(y), 1 <= y.median() <= 3, share > 0.4),
        len(y),
        f"{_spread(y)}; {100 * (y < 1).mean():.0f} % of the rows lose less than 1 %, "
        f"{100 * share:.0f} % lose 1 to 3 %, {100 * (y > 3).mean():.0f} % more.",
    )


def rivals_claim(tasks: pd.DataFrame) -> Claim:
    """Four-bit weights against eight bits, in pairs."""
    four = (tasks["bits"] == 4) & (tasks["act"] == "") & tasks["method"].isin(("gptq", "awq"))
    eight = (tasks["bits"] == 8) & tasks["act"].isin(("fp8", "int8", "int8-smooth"))
    d = _paired(tasks[four], tasks[eight])
    near = (d < 1).mean()
    return Claim(
        "“W4A16 rivals 8-bit”",
        verdict(len(d), d.median() < 0.5 and near > 0.8, d.median() < 2),
        len(d),
        f"Same source, model and benchmark: W4A16 loses {d.median():.2f} points more (median), "
        f"{d.mean():.2f} on average; within 1 point in {100 * near:.0f} % of the pairs.",
    )


def twelve_claim(tasks: pd.DataFrame) -> Claim:
    """The mean loss of all schemes."""
    y = tasks.loc[tasks["bits"] < 16, "y"]
    levels = {"8 bits": EIGHT, "4 bits": FOUR, "3 bits": THREE, "below": BELOW}
    parts = ", ".join(f"{name}: {_at(tasks, level).mean():.1f} %" for name, level in levels.items())
    return Claim(
        "“Quantized models lose 12 % on average”",
        CONDITIONS if y.mean() > 10 else FAILS,
        len(y),
        f"Mean loss {y.mean():.1f} % over everything published, which says how many 2-bit "
        f"rows there are: {parts}.",
    )


def math_claim(tasks: pd.DataFrame) -> Claim:
    """The largest losses in mathematics."""
    sums = tasks[tasks["category"] == "math"]
    y, four = _at(sums, (0, 16)), _at(sums, (FOUR[0], 16))
    most, most_four = int((y >= 32).sum()), int((four >= 32).sum())
    return Claim(
        "“Math loses up to 32 %”",
        verdict(len(y), False, y.max() >= 32),
        len(y),
        f"Largest loss {y.max():.0f} %; from 4 bits up {_spread(four)}. "
        f"Losses of 32 % and more: {most_four} of {len(four)} rows there, "
        f"{most - most_four} of {len(y) - len(four)} below 4 bits.",
    )


def hqq_claim(tasks: pd.DataFrame) -> Claim:
    """HQQ against calibrated methods, in pairs."""
    grouped = tasks[tasks["group"] == 128]
    pairs = {}
    for bits in (4, 3, 2):
        rows = grouped[grouped["bits"] == bits]
        d = _paired(rows[rows["method"] == "hqq"], rows[rows["method"].isin(("gptq", "awq", "autoround"))])
        if len(d) >= 10:
            pairs[bits] = d
    medians = {bits: d.median() for bits, d in pairs.items()}
    n = sum(map(len, pairs.values()))
    if 4 not in medians:
        return Claim("“HQQ rivals calibrated methods”", UNKNOWN, n, "too few pairs")
    parts = ", ".join(f"{bits} bits {medians[bits]:+.1f} points (n={len(d)})" for bits, d in pairs.items())
    return Claim(
        "“HQQ rivals calibrated methods”",
        verdict(max(n, LEAST), max(medians.values()) < 0.5, medians[4] < 0.5),
        n,
        f"Loss over the median of GPTQ, AWQ and AutoRound at group 128, same source: {parts}.",
    )


def free_claim(tasks: pd.DataFrame) -> Claim:
    """Losses in free answers, from two to eight bits."""
    free = tasks[tasks["category"].isin(("instruction", "code"))]
    low, three, high = (_at(free, level) for level in (BELOW, THREE, EIGHT))
    text = "“No material difference between 2 and 8 bits in free answers”"
    n = len(low) + len(three) + len(high)
    if min(len(three), len(high)) < LEAST:
        return Claim(text, UNKNOWN, n, f"{len(low)} rows below 3 bits, {len(three)} at 3, {len(high)} at 8")
    gap = three.median() - high.median()
    few = f"; the {len(low)} rows below 3 bits that are not destroyed lose {low.median():.0f} %"
    return Claim(
        text,
        verdict(n, gap <= 1, gap <= 5),
        n,
        f"Instruction following, judged answers and code: median loss {high.median():.1f} % at 8 bits "
        f"({len(high)} rows), {three.median():.1f} % at 3 bits already ({len(three)} rows)"
        f"{few if len(low) else ''}.",
    )


def small_claim(tasks: pd.DataFrame) -> Claim:
    """Small models against large ones."""
    parts, gaps, n = [], [], 0
    for name, level in (("4 bits", FOUR), ("3 bits", THREE)):
        small, large = _at(tasks[tasks["params_b"] < 4], level), _at(tasks[tasks["params_b"] > 25], level)
        if min(len(small), len(large)) >= LEAST:
            n += len(small) + len(large)
            gaps.append(small.median() - large.median())
            parts.append(
                f"{name}: below 4B {small.median():.1f} %, above 25B {large.median():.1f} % (medians)"
            )
    decided = verdict(n, min(gaps, default=0) > 0.3, max(gaps, default=0) > 0.3)
    return Claim(
        "“Small models suffer more”", decided, n, "; ".join(parts) + ". Families differ as much as sizes do."
    )
