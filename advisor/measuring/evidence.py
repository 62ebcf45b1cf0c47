"""The user's rows of one machine -> log(measured ÷ predicted) of each configuration."""

from __future__ import annotations

import json
import math
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.plain import parse
from advisor.documents.requirements import Load
from advisor.engines import engine_for
from advisor.errors import AdvisorError
from advisor.prediction.case import Case, Sized
from advisor.prediction.local_speed.inputs import n_layers
from advisor.prediction.local_speed.predict import point_of, predict
from advisor.prediction.own.evidence import Evidence, Point
from advisor.prediction.own.pooling import MOST_POINTS
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
_FACTS = ("flash_attn", "model_profile")


@dataclass(frozen=True, slots=True)
class _Figure:
    """One row's speed in tokens per second, its doubts, and its fastest repetition."""

    value: float
    flags: str
    best: float

    @property
    def doubtful(self) -> bool:
        return bool(set(self.flags.split(";")) & set(_DOUBTFUL))


_Configuration = tuple[Any, ...]
"""The cells of _COLUMNS, then of _FACTS."""


def evidence(db: sqlite3.Connection, hardware: HardwareProfile, host: str) -> list[Evidence]:
    """One entry per configuration, newest first. What cannot be predicted (unknown model, partial offload)
    is left out.

    Of several rows of one configuration the median of the undoubted counts; of doubtful ones alone (another
    process was running), the fastest repetition, since company only ever slows an engine down; the entry says
    that it rests on such rows.
    """
    found: list[Evidence] = []
    for configuration, figures in _configurations(db, host):
        if len(found) == MOST_CONFIGURATIONS:
            break
        row = dict(zip((*_COLUMNS, *_FACTS), configuration, strict=True))
        known = _known(row, hardware)
        if known:
            predicted, point = known
            value, n, doubtful = _value(figures)
            ratio = math.log(value / predicted)
            found.append(Evidence(row["backend"], row["phase"], point, ratio, n, doubtful))
    return found


def _configurations(db: sqlite3.Connection, host: str) -> list[tuple[_Configuration, list[_Figure]]]:
    groups: dict[_Configuration, list[_Figure]] = {}
    facts = ", ".join(f"json_extract(facts, '$.{name}')" for name in _FACTS)
    for record in db.execute(
        f"SELECT value, flags, coalesce(json_extract(facts, '$.best'), value), {', '.join(_COLUMNS)}, {facts}"
        " FROM rows WHERE host = ? AND kind = 'speed' AND metric = 'tokens_per_s' AND value > 0"
        " AND phase IN ('decode', 'prefill') AND coalesce(concurrency, 1) = 1"
        f" ORDER BY id DESC LIMIT {MOST_ROWS}",
        (host,),
    ):
        groups.setdefault(record[3:], []).append(_Figure(*record[:3]))
    return list(groups.items())


def _value(figures: list[_Figure]) -> tuple[float, int, bool]:
    """Tokens per second, the rows it rests on, and whether all of those are doubtful."""
    sound = sorted(figure.value for figure in figures if not figure.doubtful)
    if not sound:
        return max(figure.best for figure in figures), len(figures), True
    middle = len(sound) // 2
    value = sound[middle] if len(sound) % 2 else (sound[middle - 1] + sound[middle]) / 2
    return value, len(sound), False


def _known(row: dict[str, Any], hardware: HardwareProfile) -> tuple[float, Point] | None:
    """Tokens per second by the predictor without own measurements, and the configuration; None where it has
    nothing to say."""
    decodes = row["phase"] == "decode"
    if row["depth"] and not decodes:
        return None  # a prompt after a filled cache is not what prefill speed means
    try:
        model = _model(row["model"], row["model_profile"])
        if row["backend"] != "cpu" and not _all_on_gpu(row["gpu_layers"], model):
            return None
        case = _case(row, model, hardware)
        sized = Sized(weights=weigh(model, case.scheme), placement=_placement(row["backend"], hardware))
        speed = predict(case, case.loads[0], sized)
    except AdvisorError:
        return None
    estimate: Estimate | None = speed.decode_tokens_per_s if decodes else speed.prefill_tokens_per_s
    return (estimate.value, point_of(case, sized.weights)) if estimate else None


def _case(row: dict[str, Any], model: ModelProfile, hardware: HardwareProfile) -> Case:
    decodes, flash = row["phase"] == "decode", row["flash_attn"]
    load = Load(
        prompt_tokens=0 if decodes else row["prompt_tokens"] or 512,
        output_tokens=(row["output_tokens"] or 128) if decodes else 0,
    )
    return Case(
        hardware=hardware,
        model=model,
        scheme=find_scheme(row["scheme"], row["engine"] or None),
        engine=row["engine"] or engine_for("gguf"),
        backend=row["backend"],
        kv_type=row["kv_type"] or "f16",
        depth_tokens=row["depth"] or 0,
        threads=row["threads"] if row["backend"] == "cpu" else None,
        flash_attn=None if flash in (None, -1, "auto") else bool(flash),
        loads=(load,),
    )


def _placement(backend: str, hardware: HardwareProfile) -> Placement:
    """All on one device, as a benchmark without offload runs."""
    on_gpu = backend != "cpu" and bool(hardware.gpus)
    return Placement(kind="gpu", n_gpus=1) if on_gpu else Placement(kind="cpu")


def _all_on_gpu(gpu_layers: int | None, model: ModelProfile) -> bool:
    return gpu_layers is None or gpu_layers < 0 or gpu_layers >= n_layers(model)


@lru_cache(maxsize=256)
def _model(name: str, profile: str | None) -> ModelProfile:
    """The catalogue's model, or the shapes kept with the row. Raises UnknownNameError or BadFileError."""
    if profile:
        return parse(ModelProfile, json.loads(profile), what=f"the model kept with the rows of {name}")
    return find_model(name)
