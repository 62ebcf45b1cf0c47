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
from advisor.documents.kinds import PlacementKind
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.plain import parse
from advisor.documents.requirements import Load
from advisor.engines import engine_for
from advisor.errors import AdvisorError
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import Speed
from advisor.prediction.local_speed.inputs import n_layers
from advisor.prediction.local_speed.predict import point_of, predict
from advisor.prediction.own.evidence import Evidence, Phase, Point
from advisor.prediction.own.pooling import MOST_POINTS
from advisor.prediction.serving_speed.predict import point_of as served_point
from advisor.prediction.serving_speed.predict import predict as serve
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
_SERVED = (
    "engine",
    "backend",
    "model",
    "scheme",
    "metric",
    "value",
    "flags",
    "prompt_tokens",
    "output_tokens",
    "concurrency",
    "kv_type",
)
_FIGURES: dict[str, tuple[Phase, str]] = {
    "tpot_s": ("decode", "decode_tokens_per_s"),
    "output_tokens_per_s": ("decode", "throughput_tokens_per_s"),
    "requests_per_s": ("decode", "requests_per_s"),
    "request_latency_s": ("decode", "request_latency_s"),
    "ttft_s": ("prefill", "time_to_first_token_s"),
}
"""A serving engine's metric -> the phase it speaks for, and the predicted figure beside it."""


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


def served(db: sqlite3.Connection, hardware: HardwareProfile, host: str) -> list[Evidence]:
    """One entry per figure of a serving engine measured here, newest first; its engine stands for the
    backend. Runs at a fixed arrival rate and what cannot be predicted are left out."""
    found: list[Evidence] = []
    for record in db.execute(
        f"SELECT {', '.join(_SERVED)}, json_extract(facts, '$.tensor_parallel_size') FROM rows"
        " WHERE host = ? AND kind = 'serving' AND value > 0 AND concurrency > 0"
        f" ORDER BY id DESC LIMIT {MOST_CONFIGURATIONS}",
        (host,),
    ):
        row = dict(zip((*_SERVED, "devices"), record, strict=True))
        if row["metric"] not in _FIGURES or not (row["prompt_tokens"] and row["output_tokens"]):
            continue
        phase, figure = _FIGURES[row["metric"]]
        try:
            speed, point = _serve(row, hardware)
        except AdvisorError:
            continue
        estimate: Estimate = getattr(speed, figure)
        measured = 1 / row["value"] if row["metric"] == "tpot_s" else row["value"]
        slower = -1.0 if figure.endswith(("latency_s", "token_s")) else 1.0
        ratio = slower * math.log(measured / estimate.value)
        doubtful = bool(set(row["flags"].split(";")) & set(_DOUBTFUL))
        found.append(Evidence(row["engine"], phase, point, ratio, 1, doubtful))
    return found


def _serve(row: dict[str, Any], hardware: HardwareProfile) -> tuple[Speed, Point]:
    """The serving predictor's figures of a row's load without own measurements, and its configuration."""
    tensor = int(row["devices"] or 1)
    load = Load(
        prompt_tokens=row["prompt_tokens"], output_tokens=row["output_tokens"], concurrency=row["concurrency"]
    )
    case = Case(
        hardware=hardware,
        model=find_model(row["model"]),
        scheme=find_scheme(row["scheme"] or "BF16", row["engine"]),
        engine=row["engine"],
        backend=row["backend"] or "cuda",
        kv_type=row["kv_type"] or "f16",
        context_tokens=row["prompt_tokens"] + row["output_tokens"],
        loads=(load,),
    )
    kind: PlacementKind = "tensor-parallel" if tensor > 1 else "gpu"
    placement = Placement(kind=kind, n_gpus=tensor, tensor_parallel=tensor)
    sized = Sized(weights=weigh(case.model, case.scheme), placement=placement)
    return serve(case, load, sized), served_point(case, sized)


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
