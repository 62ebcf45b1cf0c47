"""Decoded rows with what the catalogues and the sizes say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import Gpu
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines import facts
from advisor.errors import AdvisorError, NotMeasuredError, UnsupportedError
from advisor.prediction.serving_speed.inputs import arch_group, engine_key, is_mla, link_of, slots, work
from advisor.prediction.serving_speed.step import Kinds, Work
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import kv_bytes_per_token_read, kv_cache_bytes
from advisor.sizing.serving_memory import serving_activation_bytes, serving_available, serving_overhead_bytes
from advisor.sizing.weights import Weights, weigh
from advisor.training.serving_speed.rows import Row

QUEUED = 0.5
"""Of what an answer takes to write: a first token that takes longer waited for one of the engine's places.
Of 3,200 runs that state both, 95 in 100 take less than 0.36, 97 less than 1.3: there is a gap between."""
FULL = 0.8
"""Share of the requests memory holds from which one that arrives may find no room: sizes are known to a few
per cent, lengths of answers less well (a judgement)."""
SLOWEST = 0.1
"""Share of a device's arithmetic below which no kernel of the rows lies (`math:*` of the artifact: 0.39 to
0.86, experts a third of it), so that a prompt read more slowly waited for something else."""
START_S = 1.0
"""What a front end may take beside it: forty times what the fitted ones do (`first` and `first:*` together,
14 to 24 ms)."""
LONG_PROMPT = 8
"""Prompts of this many times an answer's tokens take longer to read than the answer to write."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row with everything the model needs."""

    row: Row
    gpu: Gpu
    model: str
    model_family: str
    family: str
    """Kernel family of most of the weights."""
    work: Work
    kinds: Kinds
    kv_bytes: float
    batch: float
    """Requests in flight on one pipeline stage: those offered, or as many as memory or the engine allows."""
    room: float
    """Requests memory holds."""

    @property
    def device(self) -> str:
        """The catalogue's name of the GPU."""
        return self.gpu.catalog_name or self.gpu.name

    @property
    def config(self) -> str:
        """Device, devices, model, kernel family and engine, as `predict` spells them."""
        return f"{self.device}|{self.row.devices}|{self.model}|{self.family}|{self.row.engine}"

    @property
    def waits(self) -> bool:
        """Whether a time to first token is mostly waiting: for memory, for a request that ends, or for an
        engine that starts. It says nothing about the step."""
        row = self.row
        if row.metric != "ttft":
            return False
        return row.batch > FULL * self.room or self._queued or row.seconds > self._read_slowly_s

    @property
    def _queued(self) -> bool:
        """A first token that takes as long as half of an answer's others waited for one of the engine's
        places; prompts many times as long as the answers take that long to read."""
        row = self.row
        return (
            row.batch > 1 and row.prompt <= LONG_PROMPT * row.output and row.seconds > QUEUED * row.writing_s
        )

    @property
    def _read_slowly_s(self) -> float:
        """All prompts one after another at a tenth of the device's arithmetic, and a second: later only comes
        what waits for kernels to be compiled."""
        work = self.work
        bodies, experts = work.body_params / work.body_rate, work.expert_params / work.expert_rate
        each_s = 2 * (bodies + experts * work.expert_share) / (SLOWEST * work.n)
        return float(START_S + self.row.batch * self.row.prompt * each_s)


class UnknownDevice(NotMeasuredError):
    """A device no catalogue row stands for."""


class DoesNotFit(UnsupportedError):
    """A run whose weights leave no room for one request."""


@cache
def as_gpu(name: str) -> Gpu | None:
    """The catalogue's GPU of *name*, None when there is none."""
    match = find_gpu(name)
    return match.gpu() if match else None


@cache
def _weighed(model: str, scheme: str) -> tuple[ModelProfile, SchemeProfile, Weights]:
    profile, found = find_model(model), find_scheme(scheme)
    return profile, found, weigh(profile, found)


def cases(rows: Sequence[Row], reasons: dict[str, int]) -> list[Case]:
    """Rows whose device, model and scheme the catalogues know; the others are counted in *reasons*."""
    found = []
    for row in rows:
        try:
            found.append(_case(row))
        except AdvisorError as error:
            reason = f"{type(error).__name__.removesuffix('Error').lower()}: {str(error).split(';')[0]}"
            reasons[reason] = reasons.get(reason, 0) + 1
    return found


def _case(row: Row) -> Case:
    gpu = as_gpu(row.hardware)
    if gpu is None:
        raise UnknownDevice(f"no catalogue row for {row.hardware}")
    model, scheme, weights = _weighed(row.model, row.scheme)
    load, body, expert = work(model, weights, scheme, gpu, row.devices // row.stages, row.engine)
    load.cache_split = max(load.cache_split, row.cache_devices)
    kinds = Kinds(
        engine=engine_key(row.engine, row.version),
        body=body,
        expert=expert,
        arch=arch_group(gpu),
        link=link_of(gpu),
        latent=is_mla(model),
        alone=facts(row.engine).own_kernels,
        moe=model.is_moe,
        eager=row.eager,
        by=row.publisher,
    )
    held = kv_cache_bytes(model, ContextParams(int(row.prompt + row.output), 1, row.kv_type)).value
    memory = row.devices * (serving_available(gpu, row.engine) or 0) - weights.total_bytes.value
    if memory < held:
        raise DoesNotFit("by its sizes the run does not fit: devices or scheme are misstated")
    taken = serving_activation_bytes(model) + serving_overhead_bytes(row.devices)
    room = max(1.0, (memory - row.devices * taken) / held)
    most = row.most or slots(row.engine, row.version, gpu)
    offered = min(row.batch, most) if row.protocol else row.batch
    return Case(
        row=row,
        gpu=gpu,
        model=model.name,
        model_family=model.family or model.name,
        family=expert if model.is_moe else body,
        work=load,
        kinds=kinds,
        kv_bytes=kv_bytes_per_token_read(model, int(row.prompt + row.output / 2), row.kv_type),
        batch=max(1.0, min(offered, room) / row.stages),
        room=room,
    )
