"""Every measured local speed asked of the public batch interface again: errors by device kind, engine and
source.

    python benchmarks/replay_local_speed.py [EVERY]

The rows were in the fit, so this measures no skill: it finds where a case as a user states it (names of
hardware, engines and schemes, layers on the card, lengths) is not predicted as its row was fitted.
EVERY takes each so many-th row (default 3, about a minute).
"""

from __future__ import annotations

import math
import sys
from collections import Counter, defaultdict
from statistics import median
from typing import Any

from advisor.recommendation.batch import answer_case
from advisor.training.data import tables
from advisor.training.data.clean import clean
from advisor.training.local_speed.rows import usable_row

WORST = 12
"""Sources printed, the farthest first."""


def main(every: int = 3) -> int:
    """Print the median error and bias by group; 1 when a case that was fitted cannot be asked."""
    records = tables.records(clean(tables.load("speed_local")))
    errors: dict[tuple[str, str], list[float]] = defaultdict(list)
    inside: dict[tuple[str, str], list[bool]] = defaultdict(list)
    refused: Counter[str] = Counter()
    for record in records[::every]:
        row = None if record["excluded_reason"] else usable_row(record)
        if row is None or isinstance(row, str):
            continue
        answer = answer_case(as_case(record))
        figure = answer.get(f"{record['phase']}_tokens_per_s")
        if figure is None:
            refused[answer.get("error", {}).get("message", f"no {record['phase']} figure")] += 1
            continue
        off = math.log(figure["value"] / math.exp(-row.log_s))
        for kind, name in (
            ("all", record["phase"]),
            ("device kind", row.device.kind),
            ("backend", row.device.backend),
            ("engine", row.engine),
            ("source", row.source),
        ):
            errors[kind, name].append(off)
            inside[kind, name].append(figure["low"] <= math.exp(-row.log_s) <= figure["high"])
    print(f"{'':<34}{'rows':>6}{'median error':>14}{'bias':>8}{'inside 90 %':>13}")
    for kind in ("all", "device kind", "backend", "engine", "source"):
        groups = [key for key in errors if key[0] == kind]
        if kind == "source":
            groups = sorted(groups, key=lambda key: -abs(median(errors[key])))[:WORST]
        for key in sorted(groups) if kind != "source" else groups:
            found = errors[key]
            print(
                f"{kind + ': ' + key[1]:<34}{len(found):>6}{median(abs(math.expm1(e)) for e in found):>14.3f}"
                f"{math.exp(median(found)):>8.2f}{sum(inside[key]) / len(found):>13.2f}"
            )
    for reason, n in refused.most_common():
        print(f"not answered, {n} rows: {reason}")
    return int(bool(refused))


def as_case(record: tables.Record) -> dict[str, Any]:
    """The batch case of a row: decode at its depth, prefill of its prompt."""
    depth, gen = _number(record["depth"], 0), _number(record["gen_tokens"], 128)
    prompt = depth if record["phase"] == "decode" else depth + _number(record["prompt_tokens"], 512)
    case = {
        "hardware": record["hardware"],
        "n_devices": max(1, _number(record["n_devices"], 1)),
        "backend": record["backend"] or None,
        "engine": record["engine"],
        "model": record["model_name"] or record["model"],
        "scheme": record["scheme_name"] or record["scheme"],
        "workload": {"prompt_tokens": prompt, "output_tokens": gen if record["phase"] == "decode" else 1},
    }
    if record["ngl"] and record["ngl"].isdigit():
        case["gpu_layers"] = int(record["ngl"])
    return case


def _number(value: float, default: int) -> int:
    return int(value) if value == value else default


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
