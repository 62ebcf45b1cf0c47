"""The local speed table -> cases of the formula, and the rule for every row that is left out or trusted
less."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from statistics import median

from advisor.catalog.cpus import find_cpu
from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import match_model
from advisor.catalog.schemes import find_scheme
from advisor.data import folder
from advisor.documents.hardware import Cpu, Memory
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines import facts
from advisor.errors import AdvisorError
from advisor.prediction.local_speed.inputs import (
    attention_flops,
    cpu_device,
    default_backend,
    engine_key,
    gpu_device,
    is_hybrid,
    kernel_family,
    mean_depth,
    n_layers,
    per_token,
)
from advisor.prediction.local_speed.terms import LOCALSCORE_MIXES, Case, Device, Share
from advisor.sizing.kv_cache import kv_bytes_per_token_read
from advisor.sizing.weights import Weights, weigh
from advisor.training.data import tables
from advisor.training.data.clean import DOUBTED, DOUBTING_FLAGS, clean
from advisor.training.local_speed.cores import cores_of

GIB = 2**30
EXCLUDED_FLAGS = {
    "aggregate_rate": "rate of several requests together, not of one",
    "offloaded": "part of the model ran on the CPU, nobody says how much",
    "not_refound": "the figure was not found again in its source",
}
"""Rows that are no measurement of the configuration they state, beyond what `clean` leaves out for
everyone."""
MODELLED_FLAGS = frozenset({"mixed_prompts"})
"""Doubts the formula has a coefficient for: LocalScore's average is no worse a figure than another."""
LEAST_PARAMS = 5e7
"""Smaller models stay in a processor's cache and measure the engine's loop."""
CLOUD_ONLY = ("Xeon Platinum 8259CL",)
"""Processors only rented in slices (AWS instances): a row without a thread count does not say which part of
the socket ran (https://aws.amazon.com/ec2/instance-types/: 2 to 96 threads)."""
_DOUBTING = frozenset(DOUBTING_FLAGS["speed_local"])


@dataclass(frozen=True)
class Row:
    """One usable row."""

    case: Case
    phase: str
    log_s: float
    """Log of the seconds per token."""
    source: str
    engine: str
    model: str
    """Catalogue name, or the source's own."""
    scheme: str
    n: float
    """Figures behind the row."""
    trust: float
    known_model: bool
    n_params: float
    active_params: float
    total_bytes: float

    @property
    def device(self) -> Device:
        """The first device, which names the row."""
        return self.case.shares[0].device

    @property
    def cell(self) -> tuple[str, ...]:
        """Source, device, backend, model and scheme: rows of one cell are repetitions with other lengths."""
        return (self.source, self.device.key, self.device.backend, self.model, self.scheme)


@cache
def load_rows() -> tuple[tuple[Row, ...], dict[str, int]]:
    """All usable rows in table order, and how many were left out by reason."""
    kept: list[Row] = []
    left_out: Counter[str] = Counter()
    for record in clean("speed_local", tables.load("speed_local")).to_dict("records"):
        made = record["excluded_reason"] or usable_row(record)
        if isinstance(made, str):
            left_out[made] += 1
        else:
            kept.append(made)
    return _merged(kept), dict(left_out)


def _merged(rows: list[Row]) -> tuple[Row, ...]:
    """One row per source and configuration: build variants of one machine are the median of their logs."""
    groups: dict[tuple, list[Row]] = {}
    for row in rows:
        groups.setdefault((row.source, row.phase, row.model, row.scheme, row.case), []).append(row)
    return tuple(
        replace(
            members[0],
            log_s=median(row.log_s for row in members),
            n=sum(row.n for row in members),
            trust=median(row.trust for row in members),
        )
        for members in groups.values()
    )


def usable_row(record: dict) -> Row | str:
    """The row, or why it is left out."""
    flags = set(filter(None, record["flags"].split(";")))
    for flag, reason in EXCLUDED_FLAGS.items():
        if flag in flags:
            return reason
    engine = engine_key(record["engine"])
    if facts(engine).serves:
        return "engine predicted by the serving model"
    if record["concurrency"] > 1:
        return EXCLUDED_FLAGS["aggregate_rate"]
    if not record["params_b"] > 0:
        return "no parameter count"
    if record["params_b"] * 1e9 < LEAST_PARAMS:
        return "a model so small that it stays in the processor's cache"
    if not record["threads"] > 0 and any(name in record["hardware"] for name in CLOUD_ONLY):
        return "a rented slice of a processor, nobody says how large"
    model = _model(record)
    device = _device(record, engine)
    if isinstance(device, str):
        return device
    ngl = record["ngl"]
    if device.kind != "cpu" and ngl and not (ngl.isdigit() and int(ngl) >= min(99, n_layers(model))):
        return "part of the model ran on the CPU, nobody says how much"
    case = _case(record, flags, model, device, engine)
    if isinstance(case, str):
        return case
    share = case.shares[0]
    return Row(
        case=case,
        phase=record["phase"],
        log_s=-math.log(record["value"]),
        source=record["source_id"],
        engine=engine,
        model=model.name,
        scheme=record["scheme_name"] or record["scheme"],
        n=record["n"],
        trust=DOUBTED ** len(flags & (_DOUBTING - MODELLED_FLAGS)),
        known_model=model.source == "catalogue",
        n_params=record["params_b"] * 1e9,
        active_params=share.active_params,
        total_bytes=share.held_bytes,
    )


@cache
def _catalogue_model(name: str, params_b: float) -> ModelProfile | None:
    return match_model(name, params_b)


def _model(record: dict) -> ModelProfile:
    """The catalogue's model, or one of which only the counts are known."""
    found = _catalogue_model(record["model_name"] or record["model"], record["params_b"])
    if found is not None:
        return found
    n_params = int(record["params_b"] * 1e9)
    active = int(record["active_params_b"] * 1e9) if record["active_params_b"] > 0 else n_params
    return _bare_model(record["model"], n_params, active)


@cache
def _bare_model(name: str, n_params: int, active: int) -> ModelProfile:
    return ModelProfile(name=name, source="user", n_params=n_params, n_active_params=active)


def _device(record: dict, engine: str) -> Device | str:
    backend, threads = record["backend"], record["threads"]
    if backend == "cpu" or (not backend and record["hardware_kind"] in ("cpu", "sbc")):
        return _cpu(record["hardware"], int(threads) if threads == threads else None)
    return _gpu(record["hardware"], record["device"], backend, engine)


@cache
def _gpu(hardware: str, catalog_name: str, backend: str, engine: str) -> Device | str:
    found = find_gpu(catalog_name or hardware)
    if found is None:
        return "GPU not in the catalogue"
    try:
        gpu = found.gpu()
        return gpu_device(gpu, backend or default_backend(engine, gpu))
    except AdvisorError:
        return "GPU of unknown bandwidth"


@cache
def _cpu(hardware: str, threads: int | None) -> Device | str:
    row = find_cpu(hardware.removesuffix(" CPU"))
    if row is None or not row.bandwidth_bytes_per_s:
        return "CPU not in the catalogue"
    cores = cores_of(hardware, row.cores_range)
    cpu = Cpu(
        brand=hardware.removesuffix(" CPU"),
        vendor=row.vendor,
        microarchitecture=row.microarchitecture,
        physical_cores=cores,
        isa=row.isa,
    )
    return cpu_device(cpu, Memory(bandwidth_bytes_per_s=row.bandwidth_bytes_per_s), threads)


def _case(record: dict, flags: set[str], model: ModelProfile, device: Device, engine: str) -> Case | str:
    moe = record["arch"] == "moe" or model.is_moe
    weights = _weights(model, record["scheme_name"] or record["scheme"], record["engine"])
    file_bytes = record["file_gib"] * GIB if record["file_gib"] == record["file_gib"] else None
    if weights is None and file_bytes is None:
        file_bytes = _nominal_bytes(record)
        if file_bytes is None:
            return "scheme of unknown size"
    held, read, active = per_token(model, weights, file_bytes)
    if moe and model.source != "catalogue":
        stated = record["active_params_b"]
        if not 0 < stated < record["params_b"]:
            return "mixture of experts of unknown active share"
        read, active = held * stated / record["params_b"], stated * 1e9
    averaged = "mixed_prompts" in flags
    prompt = _or(record["prompt_tokens"], 512.0)
    if averaged:
        prompt = sum(p for p, _ in LOCALSCORE_MIXES) / len(LOCALSCORE_MIXES)
    depth = _or(record["depth"], 0.0)
    if record["phase"] == "decode":
        depth = mean_depth(averaged, depth, _or(record["gen_tokens"], 128.0))
    else:
        depth += prompt / 2
    kv_type = "q8_0" if "kv_quantized" in flags else "f16"
    share = Share(
        device=device,
        read_bytes=read,
        held_bytes=held,
        active_params=active,
        layers=n_layers(model),
        kv_bytes=kv_bytes_per_token_read(model, int(depth), kv_type),
    )
    flash = record["flash_attn"]
    return Case(
        shares=(share,),
        engine=engine,
        family=kernel_family(record["scheme_name"] or record["scheme"]),
        active_share=min(1.0, read / held) if moe else 1.0,
        attention_flops=attention_flops(model, depth),
        prompt_tokens=prompt,
        flash_attn=None if flash != flash else bool(flash),
        age_years=_age_years(record["source_id"]),
        n_devices=int(record["n_devices"]),
        averaged=averaged,
        kv_type=kv_type,
        hybrid=is_hybrid(model),
    )


@cache
def _scheme(scheme: str, engine: str) -> SchemeProfile | None:
    try:
        return find_scheme(scheme, engine)
    except AdvisorError:
        return None


def _weights(model: ModelProfile, scheme: str, engine: str) -> Weights | None:
    found = _scheme(scheme, engine)
    if found is None:
        return None
    try:
        return weigh(model, found)
    except AdvisorError:
        return None


@cache
def _published() -> dict[str, float]:
    """Source -> publication date in years; sources without one take the median of the others."""
    dates = {}
    for path in (folder("measurements") / "speed_local").glob("*.origin.toml"):
        text = str(tomllib.loads(path.read_text(encoding="utf-8")).get("date_published", ""))
        found = re.match(r"(\d{4})(?:-(\d{2}))?", text)
        if found:
            dates[path.name.removesuffix(".origin.toml")] = int(found[1]) + (int(found[2] or 7) - 0.5) / 12
    return dates


def _age_years(source: str) -> float:
    dates = _published()
    newest = max(dates.values())
    return round(newest - dates.get(source, median(dates.values())), 2)


def _nominal_bytes(record: dict) -> float | None:
    """Parameters x bits per weight, for mixes whose exact types nobody published."""
    found = _scheme(record["scheme_name"] or record["scheme"], record["engine"])
    bits = found and (found.bpw or found.weight_bits)
    return record["params_b"] * 1e9 * bits / 8 if bits else None


def _or(value: float, default: float) -> float:
    return value if value == value else default
