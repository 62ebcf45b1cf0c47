"""The step model over arrays: rows to arrays, named logarithms to coefficients, least squares with priors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import Gpu
from advisor.errors import AdvisorError
from advisor.prediction.serving_speed.inputs import arch_group, engine_key, is_mla, link_of, work
from advisor.prediction.serving_speed.step import Work, coefficient_keys, under_load
from advisor.sizing.kv_cache import kv_bytes_per_token_read, kv_cache_bytes
from advisor.sizing.weights import weigh
from advisor.training.serving_speed.rows import Row

MEMORY_SHARE = 0.9
"""vLLM's `gpu_memory_utilization` default (https://docs.vllm.ai/en/latest/configuration/engine_args.html)."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row with everything the model needs."""

    row: Row
    gpu: Gpu
    model: str
    family: str
    """Kernel family of most of the weights."""
    model_family: str
    work: Work
    keys: dict[str, tuple[str, ...]]
    kv_bytes: float
    batch: float
    """Requests in flight: what was offered, or what memory holds."""
    room: float
    """Requests memory holds."""


_MEANT = {
    "NVIDIA H100": "H100 SXM5 80 GB",
    "NVIDIA A800": "A800 SXM4 80 GB",
    "NVIDIA A100": "A100 SXM4 80 GB",
}
"""Names that leave the form open, where the figures decide: an 8B model in BF16 is written on that H100
in less time than the PCIe card's bandwidth allows, and DeepSeek-V3 in 4 bits needs eight of the 80 GB
A800."""


def as_gpu(name: str) -> Gpu | None:
    """The catalogue's GPU of *name*, None when there is none."""
    match = find_gpu(_MEANT.get(name, name))
    return match.gpu() if match else None


def cases(rows: Sequence[Row], reasons: dict[str, int]) -> list[Case]:
    """Rows whose device, model and scheme the catalogues know; the others are counted in *reasons*."""
    found = []
    for row in rows:
        try:
            found.append(_case(row))
        except AdvisorError as error:
            reason = _reason(row, error)
            reasons[reason] = reasons.get(reason, 0) + 1
    return found


def _reason(row: Row, error: AdvisorError) -> str:
    return f"{type(error).__name__.removesuffix('Error').lower()}: {str(error).split(';')[0]}"


class UnknownDevice(AdvisorError):
    """A device no catalogue row stands for."""


def _case(row: Row) -> Case:
    gpu = as_gpu(row.hardware)
    if gpu is None:
        raise UnknownDevice(f"no catalogue row for {row.hardware}")
    model, scheme = find_model(row.model), find_scheme(row.scheme)
    weights = weigh(model, scheme)
    load, body, expert = work(model, weights, scheme, gpu, row.devices, row.engine)
    odd = "vllm-0.20.1" if row.version.startswith("0.20.1+") and scheme.weight_bits < 16 else ""
    keys = coefficient_keys(
        engine_key(row.engine, row.version),
        body,
        expert,
        arch_group(gpu),
        link_of(gpu),
        is_mla(model),
        model.is_moe,
        odd,
        by=row.publisher,
    )
    kv_bytes = kv_bytes_per_token_read(model, int(row.prompt + row.output / 2), row.kv_type)
    held = kv_cache_bytes(model, int(row.prompt + row.output), 1, row.kv_type).value
    memory = (gpu.memory_total_bytes or 0) * row.devices * MEMORY_SHARE - weights.total_bytes.value
    room = max(1.0, memory / held)
    family = expert if model.is_moe else body
    return Case(
        row,
        gpu,
        model.name,
        family,
        model.family or model.name,
        load,
        keys,
        kv_bytes,
        min(row.batch, room),
        room,
    )


def arrays(found: Sequence[Case]) -> SimpleNamespace:
    """All numbers of *found* as arrays."""
    fields = Work.__dataclass_fields__
    stacked = Work(**{name: np.array([float(getattr(c.work, name)) for c in found]) for name in fields})
    get: Callable = lambda f: np.array([f(c) for c in found])  # noqa: E731
    return SimpleNamespace(
        work=stacked,
        kv_bytes=get(lambda c: c.kv_bytes),
        batch=get(lambda c: c.batch),
        room=get(lambda c: c.room),
        prompt=get(lambda c: c.row.prompt),
        output=get(lambda c: c.row.output),
        y=np.log(get(lambda c: c.row.seconds)),
        metric=get(lambda c: c.row.metric),
    )


class Names:
    """Named logarithms and where they enter."""

    def __init__(
        self, keys: Sequence[dict[str, tuple[str, ...]]], offsets: Sequence[tuple[str, ...]]
    ) -> None:
        names = sorted(
            {k for row in keys for group in row.values() for k in group} | {o for row in offsets for o in row}
        )
        self.names = names
        index = {name: i for i, name in enumerate(names)}
        none = len(names)
        self.fields = {}
        for field in keys[0]:
            width = max(len(row[field]) for row in keys)
            self.fields[field] = np.array(
                [[index[k] for k in row[field]] + [none] * (width - len(row[field])) for row in keys]
            )
        self.offsets = np.array([[index[o] for o in row] + [none] * (2 - len(row)) for row in offsets])

    def coefficients(self, theta: np.ndarray) -> SimpleNamespace:
        """Every coefficient of every row."""
        padded = np.append(theta, 0.0)
        return SimpleNamespace(**{f: np.exp(padded[i].sum(axis=1)) for f, i in self.fields.items()})

    def offset(self, theta: np.ndarray) -> np.ndarray:
        """What belongs to the benchmark and its publisher, not to the machine."""
        return np.append(theta, 0.0)[self.offsets].sum(axis=1)

    def protocol(self, theta: np.ndarray) -> np.ndarray:
        """The benchmark's part of the offset."""
        own = np.array([0.0 if name.startswith("by") else 1.0 for name in self.names] + [0.0])
        return (np.append(theta, 0.0) * own)[self.offsets].sum(axis=1)


def offsets(case: Case) -> tuple[str, ...]:
    """Names of the offsets of *case*: its publisher's, and its benchmark's where that measures something
    else."""
    row = case.row
    if row.engine == "transformers":
        # One publisher measured it: its offset cannot be told from the engine's own terms.
        return ()
    by = f"by-first:{row.publisher}" if row.metric == "ttft" else f"by:{row.publisher}"
    return (by, row.protocol) if row.protocol else (by,)


def predicted(a: SimpleNamespace, c: SimpleNamespace) -> np.ndarray:
    """Logarithm of the seconds each row should show."""
    load = under_load(a.batch, a.prompt, a.output, a.kv_bytes, a.work, c)
    flow = load.service_s / (a.batch * a.output)
    seconds = np.where(
        a.metric == "flow",
        flow,
        np.where(
            a.metric == "ttft", load.ttft_s, np.where(a.metric == "service", load.service_s, load.tpot_s)
        ),
    )
    return np.log(seconds)
