"""GPUs by name: any usual spelling -> a row of profiles/gpus.csv in base SI units."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from types import MappingProxyType

from advisor.catalog.gpus.slices import Slice, card_bytes, slice_in, take_slice
from advisor.catalog.gpus.spelling import TEXT_EXTRAS, Spelling, cost, is_plain, row_spellings, spell
from advisor.catalog.gpus.table import (
    MEMORY_ROOM,
    GpuMatch,
    as_match,
    half_card,
    has_memory,
    memory_options,
    row_at,
    rows_with,
)
from advisor.catalog.names import GIB, KEPT_ANSWERS, number, whole

_SLICE_ROOM = 0.1
"""Share by which the memory of a card and that of its slices together may differ: 8 x 18 GB of 141."""
_USUAL = {"strix halo": "Radeon 8060S", "amd strix halo": "Radeon 8060S"}
"""Platform names whose full version every measured machine has (profiles' speed sources name no other)."""


@cache
def _row_spellings(index: int) -> tuple[Spelling, ...]:
    return row_spellings(row_at(index)["name"], row_at(index)["aliases"])


def _cost(wanted: Spelling, index: int) -> tuple[int, int] | None:
    return cost(wanted, _row_spellings(index), row_at(index)["vendor"])


def _narrow(candidates: list[int], keep: Callable[[MappingProxyType[str, str]], bool]) -> list[int]:
    """The candidates that pass, or all of them when none does."""
    return [index for index in candidates if keep(row_at(index))] or candidates


def _as_spelled(candidates: list[int], wanted: Spelling) -> list[int]:
    """The rows of the form, core count and slot that the spelling names, where any has them."""
    candidates = _narrow(candidates, lambda row: (row["form"] == "laptop") == wanted.laptop)
    candidates = _narrow(candidates, lambda row: ("max-q" in row["name"].lower()) == wanted.max_q)
    if wanted.cores:
        candidates = _narrow(candidates, lambda row: number(row["gpu_cores"]) == wanted.cores)
    for word in ("sxm", "pcie"):
        linked = word == "sxm" and "pcie" not in wanted.words and wanted.words & {"hbm3", "nvlink"}
        if word in wanted.words or linked:
            candidates = [
                index for index in candidates if word in row_at(index)["name"].lower()
            ] or candidates
    return candidates


def _differing(rows: Sequence[int], chosen: int) -> tuple[str, ...]:
    """The names of *rows* that are not the same hardware as *chosen*."""
    columns = ("bandwidth_gb_s", "memory_gib", "fp32_tflops")
    return tuple(
        dict.fromkeys(
            row_at(index)["name"]
            for index in rows
            if any(row_at(index)[column] != row_at(chosen)[column] for column in columns)
        )
    )


def _other_memory(candidates: list[int], name: str, memory_bytes: float) -> list[str]:
    """That no card of the name has this much memory, where none has."""
    if has_memory(row_at(candidates[0]), memory_bytes):
        return []
    return [
        f"the catalogue has no {name!r} with {memory_bytes / GIB:.3g} GiB; its memory is taken from "
        "what was given, the rest from the catalogue"
    ]


def _no_laptop(name: str, form: str) -> list[str]:
    """That only a desktop card is known; a workstation card of less power is a Max-Q by its own name."""
    if form == "laptop" or "max-q" in name.lower():
        return []
    return [
        f"the catalogue has no laptop version of {name}: the figures are those of the desktop card, "
        "which is faster"
    ]


def _slowest(index: int) -> tuple[object, ...]:
    """Sorts rows: the slower first, then the smaller."""
    card = row_at(index)
    bandwidth, flops = number(card["bandwidth_gb_s"]), number(card["fp32_tflops"])
    return bandwidth or float("inf"), flops or float("inf"), memory_options(card), index


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
        candidates = _as_spelled(candidates, wanted)
    notes = []
    if wanted is not None and wanted.laptop:
        also = [index for index in also if row_at(index)["form"] == "laptop"]
        notes += _no_laptop(row_at(candidates[0])["name"], row_at(candidates[0])["form"])
    if memory_bytes:
        sized = _narrow(candidates, lambda row: has_memory(row, memory_bytes))
        if sized == candidates and memory_options(row_at(candidates[0])):
            notes += _other_memory(candidates, name, memory_bytes)
        candidates = sized
    candidates = _narrow(candidates, lambda row: bool(row["aliases"]))
    everything = candidates
    if len({memory_options(row_at(index)) for index in candidates}) > 1:
        # the size a bare name was launched with; later re-issues with another one are named in the note
        first_year = min(whole(row_at(index)["year"]) or 9999 for index in candidates)
        candidates = _narrow(candidates, lambda row: (whole(row["year"]) or 9999) == first_year)
    if any(row_at(index)["name"] == _USUAL.get(name.strip().lower()) for index in candidates):
        candidates = _narrow(candidates, lambda row: row["name"] == _USUAL[name.strip().lower()])
    chosen = min(candidates, key=_slowest)
    if others := _differing((*everything, *also), chosen):
        notes.append(
            f"{name!r} does not say which version: {row_at(chosen)['name']} is assumed "
            f"(also: {', '.join(others[:4])})"
        )
    options = memory_options(row_at(chosen))
    if len(options) > 1 and not memory_bytes:
        sizes = "/".join(f"{size / GIB:.3g}" for size in options)
        notes.append(f"{row_at(chosen)['name']} comes with {sizes} GB; the smallest is assumed")
    match = as_match(row_at(chosen), memory_bytes, tuple(notes))
    # Half of the card, with room for what the driver keeps: one of its two devices is meant.
    half = 0.5 * (1 + MEMORY_ROOM)
    if match.devices_per_card == 2 and memory_bytes and memory_bytes < half * max(options):
        return half_card(match._replace(notes=()))
    return match


@lru_cache(maxsize=KEPT_ANSWERS)
def find_gpu(name: str, memory_bytes: int | None = None, pci_id: str | None = None) -> GpuMatch | None:
    """The catalogue row of a GPU, or None when the name is not known.

    *name*: anything usual ('RTX 4090', 'NVIDIA A100-SXM4-80GB', '7900 XTX', 'gfx1100', 'M3 Max 64GB').
    *memory_bytes*: what the driver reports, tells variants apart. *pci_id*: 'vendor:device' in hex, the same.
    Where versions (SXM and PCIe, two memory sizes) cannot be told apart the launch version is taken, among
    several the slower, and a note says so. A gfx id or PCI id that several cards share never decides alone.
    A MIG slice ('H100 3g.40gb') has its share of its card, a vGPU ('L40S-48Q') its memory.
    """
    if not is_plain(name) and (part := slice_in(name)) is not None:
        card = _card_of(part, pci_id)
        return card and take_slice(card, part)
    stated_gib = spell(name).memory_gib
    if memory_bytes is None and stated_gib:
        memory_bytes = round(stated_gib * GIB)
    known_id = (pci_id or _pci_in(name) or "").lower()
    by_pci = [
        index
        for index in (rows_with(known_id) if known_id else ())
        if known_id in row_at(index)["pci_ids"].split(";")
    ]
    for text in _readings(name):
        candidates, also = _named(text, memory_bytes)
        if candidates:
            both = [index for index in candidates if index in by_pci]
            return _choose(both or candidates, name, memory_bytes, spell(text), also)
    chip = _chip_in(name)
    shared = by_pci or [
        index
        for index in (rows_with(chip) if chip else ())
        if row_at(index)["compute_capability_or_gfx"] == chip
    ]
    return _alone(shared, name, memory_bytes) or _one_of_several(name, memory_bytes)


def _card_of(part: Slice, pci_id: str | None) -> GpuMatch | None:
    """The card that *part* is cut from: of several the one whose memory makes such slices."""
    card = find_gpu(part.card, None, pci_id)
    sizes = card_bytes(part, card) if card else ()
    if card is None or not sizes or spell(part.card).memory_gib or any(_near(card, size) for size in sizes):
        return card
    others = ((find_gpu(part.card, size, pci_id), size) for size in sizes)
    return next((other for other, size in others if other and _near(other, size)), card)


def _near(card: GpuMatch, size_bytes: int) -> bool:
    """Whether the card is sold with this much; names of slices are rounded."""
    return any(abs(option / size_bytes - 1) <= _SLICE_ROOM for option in card.memory_options_bytes)


@lru_cache(maxsize=KEPT_ANSWERS)
def meanings(name: str) -> tuple[str, ...]:
    """The rows that *name* may mean when nothing tells the versions apart; of a slice, its card."""
    part = None if is_plain(name) else slice_in(name)
    for text in _readings(part.card if part else name):
        candidates, also = _named(text, None)
        if candidates:
            return tuple(row_at(index)["name"] for index in (*candidates, *also))
    return ()


def _readings(name: str) -> tuple[str, ...]:
    """The name as it is, and without what drivers add in brackets ('(radeonsi, navi22, LLVM 15)')."""
    if "(" not in name:
        return (name,)
    plain = re.sub(r"\([^)]*\)", " ", re.sub(r"\((?:r|tm)\)", " ", name, flags=re.IGNORECASE))
    return (name,) if plain == name else (name, plain)


def _pci_in(name: str) -> str | None:
    """The PCI id in 'Intel(R) Graphics [0xe211]'."""
    if "[" not in name:
        return None
    device = re.search(r"\[0x([0-9a-f]{4})\]", name.lower())
    maker = re.match(r"intel|amd|nvidia", name.lower())
    if not device or not maker:
        return None
    return {"intel": "8086", "amd": "1002", "nvidia": "10de"}[maker.group(0)] + ":" + device.group(1)


def _chip_in(name: str) -> str:
    """The chip in 'AMD Radeon (gfx1100)', '' without one."""
    found = re.search(r"\bgfx[0-9a-f]{3,5}\b", name.lower()) if "gfx" in name.lower() else None
    return found.group(0) if found else ""


def _named(name: str, memory_bytes: float | None) -> tuple[list[int], list[int]]:
    """(rows that the name means equally well, rows it may mean as well)."""
    exact = [
        index
        for index in rows_with(name.lower())
        if row_at(index)["name"] == name and (memory_bytes is None or has_memory(row_at(index), memory_bytes))
    ]
    wanted = spell(name)
    if exact or not wanted.core or _chip_in(name):
        return exact, []
    needed = wanted.core - TEXT_EXTRAS
    telling = sorted(needed or wanted.core, key=lambda word: (word[0].isdigit(), len(word)), reverse=True)
    rows = rows_with(*(telling if needed else telling[:1]))
    costs = {index: price for index in rows if (price := _cost(wanted, index)) is not None}
    if not costs:
        return [], []
    least = min(costs.values())
    best = [index for index, price in costs.items() if price == least]
    vendor = row_at(best[0])["vendor"]
    also = [
        index
        for index, price in costs.items()
        if price[0] == least[0] and price > least and row_at(index)["vendor"] == vendor
    ]
    return best, also


def _alone(candidates: list[int], name: str, memory_bytes: int | None) -> GpuMatch | None:
    """A row found by an id only: it must be the only one, or the only one with this memory."""
    if memory_bytes:
        candidates = [index for index in candidates if has_memory(row_at(index), memory_bytes)]
    if len({(row_at(index)["name"]) for index in candidates}) != 1:
        return None
    return _choose(candidates, name, memory_bytes, None)


def _one_of_several(name: str, memory_bytes: int | None) -> GpuMatch | None:
    """'Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE]' as lspci prints it: by memory, or the slowest."""
    inner = re.search(r"\[([^\]]+/[^\]]+)\]", name)
    parts = [part.strip() for part in (inner.group(1) if inner else name).split("/")]
    if len(parts) < 2:
        return None
    found = [match for part in parts if (match := find_gpu(part)) is not None]
    fitting = [
        match
        for match in found
        if memory_bytes
        and match.memory_total_bytes
        and abs(match.memory_total_bytes / memory_bytes - 1) < MEMORY_ROOM
    ]
    if not found:
        return None
    slowest = min(fitting or found, key=lambda match: match.bandwidth_bytes_per_s or float("inf"))
    if len(fitting) == 1 or len({match.catalog_name for match in found}) == 1:
        return slowest
    return slowest._replace(
        notes=(f"{name!r} may be any of {len(found)} cards: {slowest.catalog_name} is assumed",)
    )
