"""The rows of profiles/gpus.csv in base SI units."""

import csv
import re
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from advisor.catalog.names import GIB, number, whole
from advisor.data import folder
from advisor.documents.hardware import ARITHMETIC, Gpu
from advisor.documents.kinds import GpuForm


class GpuMatch(NamedTuple):
    """One row of the GPU table in base units, and what had to be assumed to choose it."""

    catalog_name: str
    vendor: str
    memory_options_bytes: tuple[int, ...]
    """Sizes it is sold with; empty for a GPU that uses main memory of unstated size."""
    memory_total_bytes: int | None
    """The one size, the size asked for, or the smallest of several options (then a note says so)."""
    bandwidth_bytes_per_s: float | None
    fp16_flops: float | None
    """Dense, FP32 accumulation where the vendor states one."""
    int8_ops: float | None
    fp8_flops: float | None
    fp4_flops: float | None
    fp32_flops: float | None
    compute_capability: str | None
    architecture: str | None
    tdp_w: float | None
    year: int | None
    form: GpuForm | None
    unified_memory: bool
    cores: int | None
    memory_type: str | None
    notes: tuple[str, ...] = ()
    devices_per_card: int = 1
    """2 for MI250 and MI250X: one card, two devices with half of everything each."""

    def gpu(self, name: str | None = None, **changes: Any) -> Gpu:
        """As the document field; *changes* replace single fields (memory_total_bytes, memory_free_bytes
        …)."""
        document = Gpu(
            name=name or self.catalog_name,
            vendor=self.vendor,
            catalog_name=self.catalog_name,
            architecture=self.architecture,
            compute_capability=self.compute_capability,
            memory_total_bytes=self.memory_total_bytes,
            bandwidth_bytes_per_s=self.bandwidth_bytes_per_s,
            fp16_flops=self.fp16_flops,
            int8_ops=self.int8_ops,
            fp8_flops=self.fp8_flops,
            fp4_flops=self.fp4_flops,
            fp32_flops=self.fp32_flops,
            unified_memory=self.unified_memory,
            form=self.form,
            year=self.year,
            tdp_w=self.tdp_w,
        )
        return replace(document, **changes) if changes else document


@cache
def _table() -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(column names, lines, lines in lower case): a line is taken apart only when a name may mean it."""
    text = (folder("profiles") / "gpus.csv").read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    return tuple(header.split(",")), tuple(lines), tuple(text.lower().splitlines()[1:])


@cache
def row_at(index: int) -> MappingProxyType[str, str]:
    """One row of the table, cells as text."""
    columns, lines, _ = _table()
    return MappingProxyType(dict(zip(columns, next(csv.reader((lines[index],))), strict=False)))


def rows_with(word: str, *others: str) -> list[int]:
    """The numbers of the rows in whose line *word* (lower case) and all *others* stand."""
    lines = _table()[2]
    rows = [index for index, line in enumerate(lines) if word in line]
    for other in others:
        rows = [index for index in rows if other in lines[index]]
    return rows


MEMORY_ROOM = 0.06
"""Share by which a size as sold and one as a driver reports it may differ:
ECC in band takes 1/16 (a judgement).
"""
UNIFIED_ROOM = 0.12
"""The same where the system's own share is taken first (Jetson Orin Nano: 7.4 of 8 GiB; a judgement)."""


def memory_options(row: MappingProxyType[str, str]) -> tuple[int, ...]:
    """Bytes, from the usable-GiB column, else the vendor's GB column."""
    cell = row["memory_gib"] or row["memory_gb_vendor"]
    return tuple(round(float(part) * GIB) for part in cell.split("/")) if cell else ()


def has_memory(row: MappingProxyType[str, str], wanted_bytes: float) -> bool:
    """Whether the row is sold with this much, within MEMORY_ROOM or UNIFIED_ROOM."""
    cells = f"{row['memory_gib']}/{row['memory_gb_vendor']}".split("/")
    room = UNIFIED_ROOM if row["unified_memory"] == "yes" else MEMORY_ROOM
    return any(abs(float(cell) * GIB - wanted_bytes) <= room * wanted_bytes for cell in cells if cell)


def as_match(row: MappingProxyType[str, str], memory_bytes: float | None, notes: tuple[str, ...]) -> GpuMatch:
    def scaled(column: str, factor: float) -> float | None:
        value = number(row[column])
        return None if value is None else value * factor

    options = memory_options(row)
    total: float | None = min(options) if options else None
    if memory_bytes and row["unified_memory"] != "yes":
        total = (
            min(options, key=lambda size: abs(size - memory_bytes))
            if has_memory(row, memory_bytes)
            else memory_bytes
        )
    elif memory_bytes:
        total = round(memory_bytes)
    return GpuMatch(
        catalog_name=row["name"],
        vendor=row["vendor"],
        memory_options_bytes=options,
        memory_total_bytes=None if total is None else round(total),
        bandwidth_bytes_per_s=scaled("bandwidth_gb_s", 1e9),
        # the fp16 column is the vendor's peak (FP16 accumulation on GeForce); bf16 is the FP32-accumulate
        # rate
        fp16_flops=scaled("bf16_tflops_dense", 1e12) or scaled("fp16_tflops_dense", 1e12),
        int8_ops=scaled("int8_tops_dense", 1e12),
        fp8_flops=scaled("fp8_tflops_dense", 1e12),
        fp4_flops=scaled("fp4_tflops_dense", 1e12),
        fp32_flops=scaled("fp32_tflops", 1e12),
        compute_capability=row["compute_capability_or_gfx"] if row["vendor"] in ("NVIDIA", "AMD") else None,
        architecture=row["architecture"] or None,
        tdp_w=number(row["tdp_w"]),
        year=whole(row["year"]),
        form=cast(GpuForm, row["form"]) if row["form"] else None,
        unified_memory=row["unified_memory"] == "yes",
        cores=whole(row["gpu_cores"]),
        memory_type=row["memory_type"].replace("system shared ", "") or None,
        notes=notes,
        devices_per_card=2 if re.fullmatch(r"Radeon Instinct MI250X?", row["name"]) else 1,
    )


@cache
def all_gpus() -> tuple[GpuMatch, ...]:
    """Every row of the table, in file order."""
    return tuple(as_match(row_at(index), None, ()) for index in range(len(_table()[1])))


@cache
def gpu_row(catalog_name: str) -> GpuMatch:
    """The first row of exactly this name. Raises KeyError when there is none."""
    for index in rows_with(catalog_name.lower()):
        if row_at(index)["name"] == catalog_name:
            return as_match(row_at(index), None, ())
    raise KeyError(catalog_name)


def gpu_names() -> tuple[str, ...]:
    """The names of all rows, for an error message."""
    return tuple(match.catalog_name for match in all_gpus())


def half_card(match: GpuMatch) -> GpuMatch:
    """One of the two devices of a card like MI250X: half of its memory, bandwidth and arithmetic."""
    rates = ("bandwidth_bytes_per_s", *ARITHMETIC, "tdp_w")
    halves = {name: value / 2 for name in rates if (value := getattr(match, name)) is not None}
    sizes = tuple(size // 2 for size in match.memory_options_bytes)
    return match._replace(
        memory_total_bytes=min(sizes), memory_options_bytes=sizes, devices_per_card=1, **halves
    )
