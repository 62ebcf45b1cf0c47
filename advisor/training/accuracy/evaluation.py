"""`advisor evaluate accuracy`: figures on families and sources left out whole, beside their targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from advisor.training.accuracy import figures, intervals
from advisor.training.accuracy.holdout import SETTINGS, holdout
from advisor.training.accuracy.rows import Row, rows
from advisor.training.data.tables import load

FLOOR_ROOM = 1.15
"""A target below the floor becomes this times the floor."""


def evaluate(progress: Callable[[float], None] | None = None) -> dict[str, Any]:
    """A title and tables by heading; losses in percent of the unquantized score."""
    found = rows(load("accuracy"))
    unseen, _ = intervals.left_out(found, _family, (lambda done: progress(0.4 * done)) if progress else None)
    known, _ = intervals.left_out(
        found, _source, (lambda done: progress(0.4 + 0.4 * done)) if progress else None
    )
    result = {
        "title": "Accuracy: families and sources left out whole",
        "loss_error_family_unknown": figures.errors(found, unseen),
        "loss_error_source_unknown": figures.errors(found, known),
        "holdout_of_families_and_sources": holdout(found),
        "floor_between_sources_of_one_configuration": figures.floors(found),
        "peers_on_the_same_rows_family_unknown": figures.peers(found, unseen),
        "need_met_family_unknown": figures.needs_met(found, unseen, _family),
        "need_met_source_unknown": figures.needs_met(found, known, _source),
        "coverage_of_90_pct_intervals_family_unknown": figures.coverage(found, unseen, _family),
        "coverage_of_90_pct_intervals_source_unknown": figures.coverage(found, known, _source),
        "damage_factor_family_unknown": figures.damage(found, unseen),
        "damage_factor_source_unknown": figures.damage(found, known),
        "methods_without_any_task_row_of_their_own": figures.methods_left_out(found, unseen),
        "learning_curve_on_a_third_of_the_families": figures.learning_curve(found),
    }
    if progress:
        progress(1.0)
    return {
        "title": result.pop("title"),
        "targets": _targets(result),
        **result,
        "which_settings_saw_which_rows": list(SETTINGS),
        "weak_spots": _weak_spots(found),
    }


def _family(row: Row) -> str:
    return row.model.family


def _source(row: Row) -> str:
    return row.source


def _targets(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Target, floor and what was reached."""
    loss = {row["group"]: row for row in result["loss_error_family_unknown"]}
    need = {(r["limit_pct"], r["confidence"]): r for r in result["need_met_family_unknown"]}
    gap = {row["figure"]: row["median_gap"] for row in result["floor_between_sources_of_one_configuration"]}
    cover = next(r for r in result["coverage_of_90_pct_intervals_family_unknown"] if r["group"] == "pooled")
    damage = {name: result[f"damage_factor_{name}_unknown"] for name in ("family", "source")}
    table = [
        (
            "loss, 4 bits and above, median points",
            0.8,
            gap.get("task"),
            loss["4 bits and above"]["median"],
            "at most",
        ),
        ("loss, 3 bits, median points", 2.0, None, loss["3 bits"]["median"], "at most"),
        ("loss, all bits, mean points", 3.0, None, loss["all bits"]["mean"], "at most"),
        ("need of 5 % met: precision", 0.95, None, need[5.0, 0.9]["precision"], "at least"),
        ("need of 5 % met: recall", 0.6, None, need[5.0, 0.9]["recall"], "at least"),
        ("need of 3 % met: precision", 0.92, None, need[3.0, 0.9]["precision"], "at least"),
        ("coverage of 90 % intervals, lowest", 0.88, None, cover["two_sided"], "at least"),
        ("coverage of 90 % intervals, highest", 0.94, None, cover["two_sided"], "at most"),
        *(
            (
                f"damage, {who} unknown, median factor ({rows[0]['measure']})",
                1.4,
                gap.get("ppl"),
                rows[0]["factor"],
                "at most",
            )
            for who, rows in damage.items()
        ),
    ]
    return [_target(*line) for line in table]


def _target(name: str, target: float, floor: float | None, reached: float, sense: str) -> dict[str, Any]:
    used = max(target, FLOOR_ROOM * floor) if floor is not None and floor > target / FLOOR_ROOM else target
    met = reached <= used if sense == "at most" else reached >= used
    return {
        "figure": name,
        "target": target,
        "floor": floor,
        "target_used": round(used, 3),
        "reached": reached,
        "met": "yes" if met else "no",
    }


def _weak_spots(found: list[Row]) -> list[str]:
    """Where there is little behind a prediction, counted."""
    count: dict[tuple[str, str], set[str]] = {}
    n: dict[tuple[str, str], int] = {}
    for row in found:
        if row.kind == "task":
            method = "GGUF" if row.scheme.method.startswith("gguf") else row.scheme.method
            key = (method, row.category)
            count.setdefault(key, set()).add(row.source)
            n[key] = n.get(key, 0) + 1
    thin = [
        f"{m} × {c}: {n[m, c]} rows of {len(s)} sources"
        for (m, c), s in sorted(count.items())
        if (n[m, c] < 30 or len(s) < 3) and m in _OFTEN
    ]
    missing = [
        f"{m} × {c}: no task was measured, the way is through damage"
        for m in _OFTEN
        for c in ("math", "code", "instruction", "long-context", "multilingual")
        if (m, c) not in n
    ]
    return thin + missing


_OFTEN = (
    "GGUF",
    "hqq",
    "mlx",
    "exl2",
    "exl3",
    "bnb4",
    "nvfp4",
    "mxfp4",
    "awq",
    "gptq",
    "autoround",
    "fp8",
    "int8",
)
