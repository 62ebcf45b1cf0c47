"""The user's rows of one machine -> log(measured ÷ predicted) of each configuration."""

from __future__ import annotations

import json
import math
import sqlite3
from functools import cache
from typing import Any

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.errors import AdvisorError
from advisor.prediction.local_speed.inputs import n_layers
from advisor.prediction.local_speed.predict import predict_local
from advisor.prediction.own.evidence import MOST_POINTS, Evidence, Point, point_of
from advisor.sizing.weights import weigh

MOST_ROWS = 20_000
"""Newest rows looked at, and newest configurations predicted: bounds the time of the first answer after an
import."""
MOST_CONFIGURATIONS = 8 * MOST_POINTS
_DOUBTFUL = ("busy", "hot")
_COLUMNS = (
    "backend",
    "phase",
    "engine",
    "model",
    "scheme",
    "prompt_tokens",
    "output_tokens",
    "depth",
    "kv_type",
    "threads",
    "gpu_layers",
)


def evidence(db: sqlite3.Connection, hardware: HardwareProfile, host: str) -> list[Evidence]:
    """One entry per configuration, newest first. What cannot be predicted (unknown model, partial offload)
    is left out.

    Of several rows of one configuration the median of the undoubted counts; of doubtful ones alone (another
    process was running), the fastest repetition, since company only ever slows an engine down; the entry says
    that it rests on such rows.
    """
    found: list[Evidence] = []
    for configuration, rows in _configurations(db, host):
        if len(found) == MOST_CONFIGURATIONS:
            break
        made = dict(zip(_COLUMNS, configuration[:-1], strict=True))
        known = _known(made, configuration[-1], hardware)
        if known:
            predicted, point = known
            value, n, doubtful = _value(rows)
            ratio = math.log(value / predicted)
            found.append(Evidence(made["backend"], made["phase"], point, ratio, n, doubtful))
    return found


def _configurations(db: sqlite3.Connection, host: str) -> list[tuple[tuple, list[tuple[float, str, float]]]]:
    groups: dict[tuple, list[tuple[float, str, float]]] = {}
    for record in db.execute(
        f"SELECT value, flags, coalesce(json_extract(facts, '$.best'), value), {', '.join(_COLUMNS)},"
        " json_extract(facts, '$.flash_attn'), json_extract(facts, '$.model_profile')"
        " FROM rows WHERE host = ? AND kind = 'speed' AND metric = 'tokens_per_s'"
        " AND phase IN ('decode', 'prefill') AND coalesce(concurrency, 1) = 1"
        f" ORDER BY id DESC LIMIT {MOST_ROWS}",
        (host,),
    ):
        groups.setdefault((*record[3:-2], record[-2:]), []).append(record[:3])
    return list(groups.items())


def _value(rows: list[tuple[float, str, float]]) -> tuple[float, int, bool]:
    """Tokens per second, the rows it rests on, and whether all of those are doubtful."""
    sound = sorted(value for value, flags, _ in rows if not set(flags.split(";")) & set(_DOUBTFUL))
    if not sound:
        return max(best for _, _, best in rows), len(rows), True
    middle = len(sound) // 2
    value = sound[middle] if len(sound) % 2 else (sound[middle - 1] + sound[middle]) / 2
    return value, len(sound), False


def _known(
    row: dict[str, Any], rest: tuple[Any, str | None], hardware: HardwareProfile
) -> tuple[float, Point] | None:
    """Tokens per second by the predictor without own measurements, and the configuration; None where it has
    nothing to say."""
    flash, profile = rest
    try:
        model = _model(row["model"], profile)
        scheme = find_scheme(row["scheme"], row["engine"] or None)
        if row["backend"] != "cpu" and not _all_on_gpu(row["gpu_layers"], model):
            return None
        depth = row["depth"] or 0
        prompt = row["prompt_tokens"] or 512
        if row["phase"] == "decode":
            depth += (row["output_tokens"] or 128) // 2
        elif depth:
            return None  # a prompt after a filled cache is not what prefill speed means
        weights = weigh(model, scheme)
        speed = predict_local(
            hardware,
            model,
            weights,
            scheme,
            row["engine"] or "llama.cpp",
            row["backend"],
            None,
            prompt,
            depth,
            row["kv_type"] or "f16",
            threads=row["threads"] if row["backend"] == "cpu" else None,
            flash_attn=None if flash in (None, -1, "auto") else bool(flash),
        )
    except AdvisorError:
        return None
    estimate = speed.decode if row["phase"] == "decode" else speed.prefill
    return (estimate.value, point_of(model, weights, scheme.name)) if estimate else None


def _all_on_gpu(gpu_layers: int | None, model: ModelProfile) -> bool:
    return gpu_layers is None or gpu_layers < 0 or gpu_layers >= n_layers(model)


@cache
def _model(name: str, profile: str | None) -> ModelProfile:
    """The catalogue's model, or the shapes kept with the row. Raises UnknownNameError."""
    if profile:
        return ModelProfile(**json.loads(profile))
    return find_model(name)
