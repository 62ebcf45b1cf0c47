"""What stands in for a GPU or a processor of which only the kind is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from advisor.catalog.cpus import CpuRow, all_cpus, find_cpu
from advisor.catalog.gpus import GpuMatch, all_gpus
from advisor.catalog.hardware.text import MachineText
from advisor.catalog.names import GIB, compiled
from advisor.documents.hardware import Gpu
from advisor.errors import UnknownNameError

_LAPTOP_KINDS = ("laptop", "notebook", "tablet")


def stand_in_gpu(spoken: MachineText) -> tuple[GpuMatch, str]:
    """(row, note) for a card of which only the memory is known: the slowest catalogue card like it.

    Raises UnknownNameError when the catalogue has no card of that size.
    """
    laptop = spoken.generic_kind in _LAPTOP_KINDS
    makers = {"amd": "AMD", "radeon": "AMD", "intel": "Intel"}
    vendor = makers.get(spoken.generic_gpu or "", "NVIDIA")
    wanted = spoken.vram_bytes or 0
    like = [
        match
        for match in all_gpus()
        if match.vendor == vendor
        and match.form == ("laptop" if laptop else "desktop")
        and match.bandwidth_bytes_per_s
        and match.memory_total_bytes
        and abs(match.memory_total_bytes / wanted - 1) < 0.06
        and re.match(r"(?:GeForce RTX|Radeon RX|Arc)(?!.*OEM)", match.catalog_name)
        and (match.year or 0) >= 2018
    ]
    if not like:
        raise UnknownNameError(
            "hardware",
            f"a GPU with {wanted / GIB:.3g} GB",
            (),
            "name the card, or the nearest one with --vram and --bandwidth",
        )
    slowest = min(like, key=lambda match: (match.bandwidth_bytes_per_s, match.fp32_flops or 0))
    note = (
        f"the GPU is not named: figures are those of the slowest such card since 2018 in the catalogue, "
        f"{slowest.catalog_name}; name yours for a better answer"
    )
    return slowest._replace(memory_total_bytes=wanted, notes=()), note


def stand_in_cpu(kind: str) -> tuple[CpuRow, str]:
    """(row, note) for a computer of which only the kind is known: the slowest processor family of that
    kind."""
    segment = {
        "notebook": "laptop",
        "laptop": "laptop",
        "tablet": "laptop",
        "server": "server",
        "workstation": "workstation",
    }.get(kind, "desktop")
    slowest = _slowest(row for row in _families(segment) if (row.year or 0) >= _SINCE)
    return slowest, (
        f"the processor is not named: figures are those of the slowest {segment} family since {_SINCE} in "
        f"the catalogue, {slowest.vendor} {slowest.microarchitecture}; name yours for a better answer"
    )


_SERIES = (
    r"(?:intel )?(?:core )?(i[3579]|ultra [3579])|(?:intel )?(core|celeron|pentium|xeon)"
    r"|(?:amd )?(ryzen(?: [3579])?|athlon|epyc|threadripper)"
)
_GENERATION = r"(?: cpu)?(?:[ ,-]+(1?\d)(?:st|nd|rd|th)?[ -]gen(?:eration)?)?"


def stand_in_series(name: str, kinds: tuple[str, ...]) -> tuple[CpuRow, str] | None:
    """(row, note) for a processor of which only the series is named, 'Core i7' or 'i5 8th gen': the slowest
    family of its maker in the *kinds* of computer it may be in; None for any other name.

    *kinds*: 'laptop', 'desktop' or both; a Xeon, EPYC or Threadripper says its own.
    """
    found = compiled(rf"(?:{_SERIES}){_GENERATION}").fullmatch(" ".join(name.split()))
    if found is None:
        return None
    series = next(filter(None, found.groups()[:3])).lower()
    kinds = _OWN_KIND.get(series, kinds)
    maker = "AMD" if found.group(3) else "Intel"
    rows = [
        row for kind in kinds for row in _families(kind) if row.vendor == maker and (row.year or 0) >= _SINCE
    ]
    if found.group(4) and found.group(1):
        of_it = (find_cpu(f"{found.group(1)}-{found.group(4)}{tail}") for tail in _TAILS)
        rows = [row for row in of_it if row and any(kind in row.segment for kind in kinds)] or rows
    if not rows:
        return None
    slowest = _slowest(rows)
    return slowest, (
        f"{name!r} names a series: figures are those of its slowest family since {_SINCE} in the catalogue, "
        f"{slowest.microarchitecture}; give the number behind it for a better answer"
    )


_OWN_KIND = {"xeon": ("server",), "epyc": ("server",), "threadripper": ("workstation",)}
_TAILS = ("250U", "500U", "35U", "50P", "500H", "750H", "700H", "400", "700K", "65G7")
"""Numbers behind a generation's: laptops' and desktops'
(https://www.intel.com/content/www/us/en/processors/processor-numbers.html)."""
_SINCE = 2018
_DESKTOP_BYTES = (("DDR5", 0, 192 * GIB), ("DDR4", 2018, 128 * GIB), ("DDR4", 0, 64 * GIB), ("", 0, 32 * GIB))
"""(memory, first year, the most that desktop processors address with it), the first that holds
(https://www.amd.com/en/products/processors/desktops/ryzen/9000-series/amd-ryzen-9-9950x.html,
https://www.intel.com/content/www/us/en/products/sku/236773/ and so on: 186605, 88195, 80806)."""
_LATER_YEARS = 4
"""How much newer a processor may be than the card beside it before a workstation is likelier: a judgement."""
_SERVER_YEARS = 1
"""How much older a server's processor may be than its cards: DGX H100 and HGX H200 of 2022 to 2024 came with
Xeons of 2023, AWS' p5 with an EPYC of 2021 (https://docs.nvidia.com/dgx/dgxh100-user-guide/,
https://aws.amazon.com/ec2/instance-types/p5/)."""
_DESKTOP_CARDS = 2
"""Slots that a desktop board feeds with eight lanes or more each (the same pages: 20 to 24 lanes)."""


def stand_in_host(gpus: Sequence[Gpu], ram_bytes: int) -> tuple[CpuRow, str]:
    """(row, note) for the processor of a machine of which the cards and the main memory are stated.

    Machines are built around processors of the cards' time: the slowest family of the last year, up to the
    newest card's, in which one of its kind came out, or the first after it that takes so much memory. A card
    for data centres sits in a server, whose processor may be a year older; more memory or more cards than a
    desktop processor takes are a workstation's.
    """
    forms = {gpu.form for gpu in gpus}
    newest = max((gpu.year or _SINCE for gpu in gpus), default=_SINCE)
    taking = [
        row
        for row in _families("desktop")
        if ram_bytes <= _most_bytes(row) and (row.year or 0) <= newest + _LATER_YEARS
    ]
    segment = (
        "server" if "datacenter" in forms
        else "laptop" if "laptop" in forms
        else "workstation" if len(gpus) > _DESKTOP_CARDS or not taking
        else "desktop"
    )  # fmt: skip
    known = taking if segment == "desktop" else _families(segment)
    years = {row.year or 0 for row in known}
    year = max((year for year in years if year <= newest), default=min(years))
    since = min(year, newest - _SERVER_YEARS) if segment == "server" else year
    row = _slowest(row for row in known if since <= (row.year or 0) <= year)
    return row, (
        f"the processor is not named: one of a {segment} of {row.year} is assumed ({row.vendor} "
        f"{row.microarchitecture}, {row.memory_type}, {(row.bandwidth_bytes_per_s or 0) / 1e9:.0f} GB/s), "
        "and what it runs may be slower; name yours in --hardware, as in 'RTX 4090 + Ryzen 9 7950X 64GB'"
    )


def _most_bytes(row: CpuRow) -> int:
    """The most main memory that a desktop processor of this family takes."""
    kind, year = row.memory_type or "", row.year or 0
    return next(most for memory, since, most in _DESKTOP_BYTES if kind.startswith(memory) and year >= since)


def _families(segment: str) -> list[CpuRow]:
    """Rows of that kind of machine that a GPU's host may have."""
    return [
        row
        for row in all_cpus()
        if segment in row.segment
        and row.segment not in _NO_HOSTS
        and row.bandwidth_bytes_per_s
        and row.architecture == "x86_64"
        and row.vendor in ("Intel", "AMD")
    ]


_NO_HOSTS = ("entry server", "edge server", "cloud server", "efficiency server", "four-socket server")
"""Segments of processors that no server with GPUs for models is built around: of few lanes, of one provider
alone, for four sockets (Cooper Lake), or of small cores only (Xeon 6 E, https://www.intel.com/content/www/us/en/products/details/processors/
xeon/xeon6-e-cores-product-brief.html; EPYC 8004 for the edge, https://www.amd.com/en/products/processors/
server/epyc/8004-series.html)."""


def _slowest(rows: Iterable[CpuRow]) -> CpuRow:
    return min(rows, key=lambda row: row.bandwidth_bytes_per_s or 0.0)
