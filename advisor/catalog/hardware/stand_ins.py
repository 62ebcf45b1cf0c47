"""What stands in for a GPU or a processor of which only the kind is known."""

from __future__ import annotations

import re

from advisor.catalog.cpus import CpuRow, all_cpus
from advisor.catalog.gpus import GpuMatch, all_gpus
from advisor.catalog.hardware.text import MachineText
from advisor.catalog.names import GIB
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
    like = [
        row
        for row in all_cpus()
        if segment in row.segment
        and row.segment != "entry server"
        and row.bandwidth_bytes_per_s
        and (row.year or 0) >= 2018
        and row.architecture == "x86_64"
        and row.vendor in ("Intel", "AMD")
    ]
    slowest = min(like, key=lambda row: row.bandwidth_bytes_per_s or 0.0)
    return slowest, (
        f"the processor is not named: figures are those of the slowest {segment} family since 2018 in the "
        f"catalogue, {slowest.vendor} {slowest.microarchitecture}; name yours for a better answer"
    )
