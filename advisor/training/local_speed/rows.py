"""The local speed table -> cases of the formula, and the rule for every row that is left out or trusted
less."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from statistics import median

import pandas as pd

from advisor.data import folder
from advisor.documents.origin import read_origin
from advisor.engines import all_engines, facts
from advisor.prediction.local_speed.inputs import engine_key
from advisor.prediction.local_speed.work import Device, Work, phase_of
from advisor.training.data import tables
from advisor.training.data.clean import clean, trust
from advisor.training.data.tables import Record
from advisor.training.fitting.calibrate import rounded
from advisor.training.local_speed.machines import cpu_of, gpu_of, runs_on_cpu
from advisor.training.local_speed.works import model_of, work_of

AGGREGATE = "rate of several requests together, not of one"
MEASURED_ENGINES = frozenset(engine.measured for engine in all_engines().values())
"""Engines with a file of their own, by the name under which their measurements count."""
LEAST_PARAMS = 5e7
"""Smaller models stay in a processor's cache and measure the engine's loop."""
LEAST_UBATCH = 16
"""Prompts in smaller micro batches are answers in all but name: pull requests on kernels measure them."""
CLOUD_ONLY = ("Xeon Platinum 8259CL",)
"""Processors only rented in slices (AWS instances): a row without a thread count does not say which part of
the socket ran (https://aws.amazon.com/ec2/instance-types/: 2 to 96 threads)."""
CROWDS = ("localscore", "localmaxxing_llmfit", "llmfit_community")
"""Sources that collect what many people send in: rows of two devices come from two people."""
RENTED = ("A100", "H100", "H200", "B200", "GH200", "L40", "A10 ", "A10G", "A30")
"""Data-centre cards that people send figures of are rented by the slice, shared or throttled: Llama-3.1-8B
Q4_K_M at 42 tokens/s on an H100 where a calm one gives 268."""


@dataclass(frozen=True)
class Row:
    """One usable row."""

    work: Work
    phase: str
    """prefill or decode; what more than SMALL_BATCH sequences write in a step is read like a prompt."""
    log_s: float
    """Log of the seconds per token of a prompt, or per step of answers."""
    source: str
    engine: str
    model: str
    """Catalogue name, or the source's own."""
    scheme: str
    n: float
    """Figures behind the row."""
    trust: float
    n_params: float

    @property
    def device(self) -> Device:
        """The first device, which names the row."""
        return self.work.shares[0].device

    @property
    def cell(self) -> tuple[str, ...]:
        """Source, device, backend, model and scheme: rows of one cell are repetitions with other lengths."""
        return (self.source, self.device.key, self.device.backend, self.model, self.scheme)


@cache
def load_rows() -> tuple[tuple[Row, ...], dict[str, int]]:
    """All usable rows in table order, and how many were left out by reason."""
    kept: list[Row] = []
    left_out: Counter[str] = Counter()
    for record in tables.records(clean(tables.load("speed_local"))):
        made = record["excluded_reason"] or usable_row(record)
        if isinstance(made, str):
            left_out[made] += 1
        else:
            kept.append(made)
    return _merged(kept), dict(left_out)


def _merged(rows: list[Row]) -> tuple[Row, ...]:
    """One row per source and configuration: build variants of one machine are the median of their logs."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.source, row.phase, row.model, row.scheme, row.work), []).append(row)
    return tuple(
        replace(
            members[0],
            log_s=median(row.log_s for row in members),
            n=sum(row.n for row in members),
            trust=median(row.trust for row in members),
        )
        for members in groups.values()
    )


def usable_row(record: Record) -> Row | str:
    """The row, or why it is left out."""
    engine = engine_key(record["engine"])
    if facts(engine).serves:
        return "engine predicted by the serving model"
    if engine not in MEASURED_ENGINES:
        return "an engine for which no plan is made"
    if record["concurrency"] > 1 and (record["phase"] == "prefill" or engine != "llama.cpp"):
        return AGGREGATE
    if not record["params_b"] > 0:
        return "no parameter count"
    if record["params_b"] * 1e9 < LEAST_PARAMS:
        return "a model so small that it stays in the processor's cache"
    if record["ubatch"] < LEAST_UBATCH and record["phase"] == "prefill":
        return "a prompt read in micro batches that nobody uses"
    if not record["threads"] > 0 and any(name in record["hardware"] for name in CLOUD_ONLY):
        return "a rented slice of a processor, nobody says how large"
    device = (
        cpu_of(record, record["hardware"], read_share()) if runs_on_cpu(record) else gpu_of(record, engine)
    )
    if isinstance(device, str):
        return device
    if record["source_id"] in CROWDS and device.key.startswith(RENTED):
        return "a rented slice of a data-centre card, shared or throttled"
    host = cpu_of(record, record["host"], read_share()) if record["host"] and device.kind != "cpu" else None
    model = model_of(record)
    work = work_of(record, model, device, host if isinstance(host, Device) else None, engine)
    if isinstance(work, str):
        return work
    phase = record["phase"] if record["phase"] == "prefill" else phase_of(work)
    return Row(
        work=work._replace(age_years=_age_years(record["source_id"])),
        phase=phase,
        log_s=math.log((work.sequences if phase == "decode" else 1.0) / record["value"]),
        source=record["source_id"],
        engine=engine,
        model=model.name,
        scheme=record["scheme_name"] or record["scheme"],
        n=record["n"],
        trust=trust("speed_local", record),
        n_params=record["params_b"] * 1e9,
    )


@cache
def read_share() -> float:
    """Share of peak bandwidth that STREAM reaches on CPUs: the median of those measured."""
    table = tables.load("bandwidth")
    stream = table[table["method"].str.contains("STREAM") & table["kind"].str.contains("cpu")]
    return rounded(float(stream["fraction_of_peak"].median()))


@cache
def _published() -> dict[str, float]:
    """Source -> publication date in years: the middle of the month, or of the year."""
    tables = (folder("measurements") / "speed_local").glob("*.csv")
    dates = pd.Series({path.stem: read_origin(path).date_published for path in tables})
    found = dates.str.extract(r"(\d{4})(?:-(\d{2}))?").astype(float)
    years = found[0] + (found[1].fillna(7.0) - 0.5) / 12
    return {str(source): year for source, year in years.dropna().items()}


def _age_years(source: str) -> float:
    """Of a source without a date: as the median of the others."""
    dates = _published()
    return round(max(dates.values()) - dates.get(source, median(dates.values())), 2)
