"""The user's rows of one machine -> log(measured ÷ predicted) of each configuration."""

from __future__ import annotations

import json
import math
import sqlite3
from dataclasses import dataclass
from typing import Any, cast

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import BACKENDS, KV_TYPES, Backend, KvType, PlacementKind
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.requirements import Load
from advisor.engines import engine_for
from advisor.errors import AdvisorError
from advisor.measuring.row_rules import kept_profile
from advisor.measuring.rows import Row
from advisor.measuring.stored import SetAside, read_rows
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
MOST_FASTER, MOST_SLOWER = math.log(100), math.log(10_000)
"""Logs of how far from what is predicted a row may be and still be of this machine. Faster: the predictor's
errors on devices left out stay within a factor of ten. Slower: a model that is read from a disk is some
thousand times slower than from memory."""
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
    doubtful: bool
    best: float
    row: int
    """Its number in the store."""


_Configuration = tuple[Any, ...]
"""The cells of _COLUMNS, then of _FACTS."""


def evidence(db: sqlite3.Connection, hardware: HardwareProfile, host: str, aside: SetAside) -> list[Evidence]:
    """One entry per configuration, newest first. What cannot be predicted (unknown model, partial offload)
    is left out; what is not sound, or so far from what the machine can do that it is no measurement of it,
    goes to *aside*.

    Of several rows of one configuration the median of the undoubted counts; of doubtful ones alone (another
    process was running), the fastest repetition, since company only ever slows an engine down; the entry says
    that it rests on such rows.
    """
    found: list[Evidence] = []
    for configuration, figures in _configurations(db, host, aside):
        if len(found) == MOST_CONFIGURATIONS:
            break
        row = dict(zip((*_COLUMNS, *_FACTS), configuration, strict=True))
        known = _known(row, hardware)
        if known:
            predicted, point = known
            believed = [figure for figure in figures if _believable(figure, predicted, aside)]
            if believed:
                value, n, doubtful = _value(believed)
                ratio = math.log(value / predicted)
                found.append(Evidence(row["backend"], row["phase"], point, ratio, n, doubtful))
    return found


def served(db: sqlite3.Connection, hardware: HardwareProfile, host: str, aside: SetAside) -> list[Evidence]:
    """One entry per figure of a serving engine measured here, newest first; its engine stands for the
    backend. Runs at a fixed arrival rate and what cannot be predicted are left out, and what is not sound
    goes to *aside*."""
    found: list[Evidence] = []
    rest = " WHERE host = ? AND kind = 'serving' AND concurrency > 0 ORDER BY id DESC LIMIT ?"
    for _, _, row in read_rows(db, rest, (host, MOST_CONFIGURATIONS), aside):
        if row.metric not in _FIGURES or not (row.prompt_tokens and row.output_tokens):
            continue
        if (row.backend or "cuda") not in BACKENDS or (row.kv_type or "f16") not in KV_TYPES:
            continue
        phase, figure = _FIGURES[row.metric]
        try:
            speed, point = _serve(row, hardware)
        except AdvisorError:
            continue
        estimate: Estimate = getattr(speed, figure)
        measured = 1 / row.value if row.metric == "tpot_s" else row.value
        slower = -1.0 if figure.endswith(("latency_s", "token_s")) else 1.0
        ratio = slower * math.log(measured / estimate.value)
        found.append(Evidence(row.engine, phase, point, ratio, 1, _doubtful(row.flags)))
    return found


def _serve(row: Row, hardware: HardwareProfile) -> tuple[Speed, Point]:
    """The serving predictor's figures of a row's load without own measurements, and its configuration."""
    tensor = int(row.facts.get("tensor_parallel_size") or 1)
    prompt, output = row.prompt_tokens or 0, row.output_tokens or 0
    load = Load(prompt_tokens=prompt, output_tokens=output, concurrency=row.concurrency or 1)
    case = Case(
        hardware=hardware,
        model=find_model(row.model),
        scheme=find_scheme(row.scheme or "BF16", row.engine),
        engine=row.engine,
        backend=cast("Backend", row.backend or "cuda"),
        kv_type=cast("KvType", row.kv_type or "f16"),
        context_tokens=prompt + output,
        loads=(load,),
    )
    kind: PlacementKind = "tensor-parallel" if tensor > 1 else "gpu"
    placement = Placement(kind=kind, n_gpus=tensor, tensor_parallel=tensor)
    sized = Sized(weights=weigh(case.model, case.scheme), placement=placement)
    return serve(case, load, sized), served_point(case, sized)


def _configurations(
    db: sqlite3.Connection, host: str, aside: SetAside
) -> list[tuple[_Configuration, list[_Figure]]]:
    groups: dict[_Configuration, list[_Figure]] = {}
    rest = (
        " WHERE host = ? AND kind = 'speed' AND metric = 'tokens_per_s' AND phase IN ('decode', 'prefill')"
        " AND coalesce(concurrency, 1) = 1 ORDER BY id DESC LIMIT ?"
    )
    for number, _, row in read_rows(db, rest, (host, MOST_ROWS), aside):
        cells = (*(getattr(row, name) for name in _COLUMNS), *(_fact(row, name) for name in _FACTS))
        best = row.facts.get("best", row.value)
        groups.setdefault(cells, []).append(_Figure(row.value, _doubtful(row.flags), best, number))
    return list(groups.items())


def _fact(row: Row, name: str) -> object:
    """Hashable, whatever a tool said."""
    value = row.facts.get(name)
    return json.dumps(value, sort_keys=True) if isinstance(value, (dict, list)) else value


def _doubtful(flags: str) -> bool:
    return bool(set(flags.split(";")) & set(_DOUBTFUL))


def _believable(figure: _Figure, predicted: float, aside: SetAside) -> bool:
    """Whether the machine can have done it; what it cannot goes to *aside*."""
    if -MOST_SLOWER <= math.log(figure.value / predicted) <= MOST_FASTER:
        return True
    aside.rows.append((figure.row, f"{figure.value:.6g} tokens/s, where some {predicted:.3g} are expected"))
    return False


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
    if row["backend"] not in BACKENDS or (row["kv_type"] or "f16") not in KV_TYPES:
        return None
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


def _model(name: str, profile: str | None) -> ModelProfile:
    """The catalogue's model, or the shapes kept with the row. Raises UnknownNameError or BadFileError."""
    if profile:
        return kept_profile(profile)
    return find_model(name)
