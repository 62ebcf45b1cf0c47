"""GPUs by name: any usual spelling -> a row of profiles/gpus.csv in base SI units."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from advisor.catalog.gpu_names import TEXT_EXTRAS, Spelling, cost, row_spellings, spell
from advisor.catalog.names import GIB, number, whole
from advisor.data import folder
from advisor.documents.hardware import Gpu

_USUAL = {"strix halo": "Radeon 8060S", "amd strix halo": "Radeon 8060S"}
"""Platform names whose full version every measured machine has (profiles' speed sources name no other)."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GpuMatch:
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
    form: str | None
    unified_memory: bool
    cores: int | None
    memory_type: str | None
    notes: tuple[str, ...] = ()
    devices_per_card: int = 1
    """2 for MI250 and MI250X: one card, two devices with half of everything each."""

    def gpu(self, name: str | None = None, **changes: object) -> Gpu:
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
def _rows() -> tuple[MappingProxyType, ...]:
    """The table as strings; `_text` is what a word of a query must occur in to be looked at closer."""
    with (folder("profiles") / "gpus.csv").open(newline="", encoding="utf-8") as handle:
        reader = csv.reader(handle)
        header = next(reader)
        rows = []
        for values in reader:
            row = dict(zip(header, values, strict=False))
            row["_text"] = f"{row['name']};{row['aliases']}".lower()
            rows.append(MappingProxyType(row))
    return tuple(rows)


@cache
def _row_spellings(index: int) -> tuple[Spelling, ...]:
    return row_spellings(_rows()[index]["name"], _rows()[index]["aliases"])


def _cost(wanted: Spelling, index: int) -> tuple[int, int] | None:
    return cost(wanted, _row_spellings(index), _rows()[index]["vendor"])


def _memory_options(row: MappingProxyType) -> tuple[int, ...]:
    """Bytes, from the usable-GiB column, else the vendor's GB column."""
    cell = row["memory_gib"] or row["memory_gb_vendor"]
    return tuple(round(float(part) * GIB) for part in cell.split("/")) if cell else ()


def _has_memory(row: MappingProxyType, wanted_bytes: float) -> bool:
    """Whether the row is sold with this much (6 % room: ECC, reserved memory, marketing sizes)."""
    cells = f"{row['memory_gib']}/{row['memory_gb_vendor']}".split("/")
    room = 0.12 if row["unified_memory"] == "yes" else 0.06
    return any(abs(float(cell) * GIB / wanted_bytes - 1) <= room for cell in cells if cell)


def _narrow(candidates: list[int], keep) -> list[int]:
    """The candidates that pass, or all of them when none does."""
    return [index for index in candidates if keep(_rows()[index])] or candidates


def _match(row: MappingProxyType, memory_bytes: float | None, notes: tuple[str, ...]) -> GpuMatch:
    def scaled(column: str, factor: float) -> float | None:
        value = number(row[column])
        return None if value is None else value * factor

    options = _memory_options(row)
    total = min(options) if options else None
    if memory_bytes and row["unified_memory"] != "yes":
        total = (
            min(options, key=lambda size: abs(size - memory_bytes))
            if _has_memory(row, memory_bytes)
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
        form=row["form"] or None,
        unified_memory=row["unified_memory"] == "yes",
        cores=whole(row["gpu_cores"]),
        memory_type=row["memory_type"].replace("system shared ", "") or None,
        notes=notes,
        devices_per_card=2 if re.fullmatch(r"Radeon Instinct MI250X?", row["name"]) else 1,
    )


def _choose(
    candidates: list[int],
    name: str,
    memory_bytes: float | None,
    wanted: Spelling | None,
    also: Sequence[int] = (),
) -> GpuMatch:
    """One of several rows: what the spelling says first, then the launch version, the slower, the smaller.

    *also*: rows the spelling may mean as well ('RTX 6000': the Ada card too); they are only named in the
    note.
    """
    if wanted is not None:
        candidates = _narrow(candidates, lambda row: (row["form"] == "laptop") == wanted.laptop)
        candidates = _narrow(candidates, lambda row: ("max-q" in row["name"].lower()) == wanted.max_q)
        if wanted.cores:
            candidates = _narrow(candidates, lambda row: number(row["gpu_cores"]) == wanted.cores)
        for word in ("sxm", "pcie"):
            if word in wanted.words or (word == "sxm" and "hbm3" in wanted.words):
                candidates = _narrow(candidates, lambda row, word=word: word in row["name"].lower())
    notes = []
    if memory_bytes:
        if any(_has_memory(_rows()[index], memory_bytes) for index in candidates):
            candidates = _narrow(candidates, lambda row: _has_memory(row, memory_bytes))
        elif _memory_options(_rows()[candidates[0]]):
            notes.append(
                f"the catalogue has no {name!r} with {memory_bytes / GIB:.3g} GiB; its memory is taken from "
                "what was given, the rest from the catalogue"
            )
    candidates = _narrow(candidates, lambda row: bool(row["aliases"]))
    everything = candidates
    if len({_memory_options(_rows()[index]) for index in candidates}) > 1:
        # the size a bare name was launched with; later re-issues with another one are named in the note
        first_year = min(whole(_rows()[index]["year"]) or 9999 for index in candidates)
        candidates = _narrow(candidates, lambda row: (whole(row["year"]) or 9999) == first_year)
    if any(_rows()[index]["name"] == _USUAL.get(name.strip().lower()) for index in candidates):
        candidates = _narrow(candidates, lambda row: row["name"] == _USUAL[name.strip().lower()])
    chosen = min(
        candidates,
        key=lambda index: (
            number(_rows()[index]["bandwidth_gb_s"]) or float("inf"),
            number(_rows()[index]["fp32_tflops"]) or float("inf"),
            _memory_options(_rows()[index]),
            index,
        ),
    )
    others = tuple(
        dict.fromkeys(
            _rows()[index]["name"]
            for index in (*everything, *also)
            if any(
                _rows()[index][column] != _rows()[chosen][column]
                for column in ("bandwidth_gb_s", "memory_gib", "fp32_tflops")
            )
        )
    )
    if others:
        notes.append(
            f"{name!r} does not say which version: {_rows()[chosen]['name']} is assumed "
            f"(also: {', '.join(others[:4])})"
        )
    options = _memory_options(_rows()[chosen])
    if len(options) > 1 and not memory_bytes:
        sizes = "/".join(f"{size / GIB:.3g}" for size in options)
        notes.append(f"{_rows()[chosen]['name']} comes with {sizes} GB; the smallest is assumed")
    return _match(_rows()[chosen], memory_bytes, tuple(notes))


@cache
def find_gpu(name: str, memory_bytes: int | None = None, pci_id: str | None = None) -> GpuMatch | None:
    """The catalogue row of a GPU, or None when the name is not known.

    *name*: anything usual ('RTX 4090', 'NVIDIA A100-SXM4-80GB', '7900 XTX', 'gfx1100', 'M3 Max 64GB').
    *memory_bytes*: what the driver reports, tells variants apart. *pci_id*: 'vendor:device' in hex, the same.
    Where versions (SXM and PCIe, two memory sizes) cannot be told apart the launch version is taken, among
    several the slower, and a note says so. A gfx id or PCI id that several cards share never decides alone.
    """
    wanted = spell(name)
    pci = re.search(r"\[0x([0-9a-f]{4})\]", name.lower())
    if pci and pci_id is None:
        vendor = {"intel": "8086", "amd": "1002", "nvidia": "10de"}.get(
            name.lower().split("(")[0].split()[0], ""
        )
        pci_id = f"{vendor}:{pci.group(1)}" if vendor else None
    if memory_bytes is None and wanted.memory_gib:
        memory_bytes = round(wanted.memory_gib * GIB)
    gfx = re.search(r"\bgfx[0-9a-f]{3,5}\b", name.lower())
    candidates = [
        index
        for index, row in enumerate(_rows())
        if row["name"] == name and (memory_bytes is None or _has_memory(row, memory_bytes))
    ]
    also: list[int] = []
    if not candidates and wanted.core and not gfx:
        longest = max(
            wanted.core - TEXT_EXTRAS or wanted.core, key=lambda word: (word[0].isdigit(), len(word))
        )
        costs = {
            index: price
            for index, row in enumerate(_rows())
            if longest in row["_text"] and (price := _cost(wanted, index)) is not None
        }
        if costs:
            least = min(costs.values())
            candidates = [index for index, price in costs.items() if price == least]
            also = [
                index
                for index, price in costs.items()
                if price[0] == least[0]
                and price > least
                and _rows()[index]["vendor"] == _rows()[candidates[0]]["vendor"]
            ]
    by_pci = [
        index for index, row in enumerate(_rows()) if pci_id and pci_id.lower() in row["pci_ids"].split(";")
    ]
    if candidates:
        return _choose(
            [index for index in candidates if index in by_pci] or candidates, name, memory_bytes, wanted, also
        )
    shared = by_pci or [
        index for index, row in enumerate(_rows()) if gfx and row["compute_capability_or_gfx"] == gfx.group(0)
    ]
    return _alone(shared, name, memory_bytes)


def _alone(candidates: list[int], name: str, memory_bytes: int | None) -> GpuMatch | None:
    """A row found by an id only: it must be the only one, or the only one with this memory."""
    if memory_bytes:
        candidates = [index for index in candidates if _has_memory(_rows()[index], memory_bytes)]
    if len({(_rows()[index]["name"]) for index in candidates}) != 1:
        return None
    return _choose(candidates, name, memory_bytes, None)


@cache
def all_gpus() -> tuple[GpuMatch, ...]:
    """Every row of the table, in file order."""
    return tuple(_match(row, None, ()) for row in _rows())


@cache
def gpu_row(catalog_name: str) -> GpuMatch:
    """The first row of exactly this name. Raises KeyError when there is none."""
    for row in _rows():
        if row["name"] == catalog_name:
            return _match(row, None, ())
    raise KeyError(catalog_name)


def gpu_names() -> tuple[str, ...]:
    """The names of all rows, for an error message."""
    return tuple(row["name"] for row in _rows())
