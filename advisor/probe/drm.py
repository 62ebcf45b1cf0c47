"""AMD and Intel GPUs, from the kernel's files: sysfs and KFD need no tool and no privilege."""

from __future__ import annotations

import re
from typing import NamedTuple

from advisor.catalog.gpus import GpuMatch, find_gpu
from advisor.documents.hardware import Gpu
from advisor.probe.memory import meminfo
from advisor.probe.system import System, whole

_AMD, _INTEL = "0x1002", "0x8086"
_KFD = "/sys/class/kfd/kfd/topology/nodes"


def drm(system: System, cpu_brand: str | None, unknown: dict[str, str], notes: list[str]) -> tuple[Gpu, ...]:
    """The AMD and Intel GPUs of a Linux machine, discrete ones first."""
    found = []
    gfx = _gfx_by_device(system)
    for name in system.names("/sys/class/drm"):
        if not re.fullmatch(r"card\d+", name):
            continue
        folder = f"/sys/class/drm/{name}/device"
        vendor = system.read(f"{folder}/vendor")
        if vendor == _AMD:
            found.append(_amd(system, folder, gfx, cpu_brand, notes))
        elif vendor == _INTEL:
            found.append(_intel(system, folder, cpu_brand, unknown, notes))
    return tuple(sorted(found, key=lambda gpu: gpu.unified_memory))


def _gfx_by_device(system: System) -> dict[str, str]:
    """PCI device id (decimal, as KFD writes it) -> gfx name."""
    found = {}
    for node in system.names(_KFD):
        fields = dict(
            parts
            for line in (system.read(f"{_KFD}/{node}/properties") or "").splitlines()
            if len(parts := line.split()) == 2
        )
        if version := whole(fields.get("gfx_target_version")):
            found[fields.get("device_id", "")] = gfx_name(version)
    return found


def gfx_name(version: int) -> str:
    """110501 -> gfx1151, 90010 -> gfx90a: major, then minor and stepping in hexadecimal."""
    return f"gfx{version // 10000}{version // 100 % 100:x}{version % 100:x}"


def _amd(system: System, folder: str, gfx: dict[str, str], cpu_brand: str | None, notes: list[str]) -> Gpu:
    vram, used = (
        whole(system.read(f"{folder}/mem_info_vram_total")),
        whole(system.read(f"{folder}/mem_info_vram_used")),
    )
    gtt, gtt_used = (
        whole(system.read(f"{folder}/mem_info_gtt_total")),
        whole(system.read(f"{folder}/mem_info_gtt_used")),
    )
    device = (system.read(f"{folder}/device") or "").removeprefix("0x")
    chip = gfx.get(str(int(device, 16))) if re.fullmatch(r"[0-9a-f]{4}", device) else None
    name = system.read(f"{folder}/product_name") or _uevent_name(system, folder)
    integrated = _is_apu(vram, cpu_brand)
    match = _find(name, cpu_brand if integrated else None, vram, f"1002:{device}")
    total, free = vram, _difference(vram, used)
    if integrated:
        # Engines place weights in GTT as well: the BIOS carve-out alone is not what the GPU may use.
        total = (vram or 0) + (gtt or 0)
        free = total - (used or 0) - (gtt_used or 0)
        available = meminfo(system).get("MemAvailable")
        free = min(free, available + (_difference(vram, used) or 0)) if available is not None else free
    link = _link(system.read(f"{folder}/current_link_speed"), system.read(f"{folder}/current_link_width"))
    label = name or (match.catalog_name if match else f"AMD GPU {device}")
    return _document(match, _Read(label, "AMD", chip, total, free, integrated, link), notes)


def _is_apu(vram: int | None, cpu_brand: str | None) -> bool:
    """An AMD processor "with Radeon Graphics", or a Ryzen AI; its carve-out is a part of main memory."""
    brand = (cpu_brand or "").lower()
    has_one = re.search(r"radeon|ryzen ai|apu|ryzen.*\d{3,4}(g|ge|u|h|hs|hx)\b", brand) is not None
    return has_one and (vram is None or vram <= 2 << 30 or "ryzen ai max" in brand)


def _intel(
    system: System, folder: str, cpu_brand: str | None, unknown: dict[str, str], notes: list[str]
) -> Gpu:
    device = (system.read(f"{folder}/device") or "").removeprefix("0x")
    vram = _intel_vram(system, folder)
    match = _find(None, None if vram else cpu_brand, vram, f"8086:{device}")
    integrated = match.unified_memory if match else not vram
    total, free = vram, None
    if integrated:
        fields = meminfo(system)
        total, free = fields.get("MemTotal"), fields.get("MemAvailable")
    elif vram is None:
        unknown["gpus.memory_total_bytes"] = "the kernel driver of this Intel GPU states no memory size"
        total = match.memory_total_bytes if match else None
    return _document(
        match,
        _Read(
            match.catalog_name if match else f"Intel GPU {device}",
            "Intel",
            None,
            total,
            free,
            integrated,
            None,
        ),
        notes,
    )


def _intel_vram(system: System, folder: str) -> int | None:
    """Local memory of a discrete card: i915's lmem_total_bytes, or the sizes of xe's tiles."""
    if (stated := whole(system.read(f"{folder}/lmem_total_bytes"))) is not None:
        return stated
    tiles = [name for name in system.names(folder) if re.fullmatch(r"tile\d+", name)]
    sizes = [whole(system.read(f"{folder}/{tile}/physical_vram_size_bytes")) for tile in tiles]
    return sum(size for size in sizes if size) or None


def _find(name: str | None, cpu_brand: str | None, memory_bytes: int | None, pci_id: str) -> GpuMatch | None:
    """By product name, else by PCI id and memory; an integrated GPU also by its processor's name."""
    for text in (name, _igpu_of(cpu_brand)):
        if text and (match := find_gpu(text, memory_bytes if text == name else None, pci_id)):
            return match
    return find_gpu("", memory_bytes, pci_id)


def _igpu_of(cpu_brand: str | None) -> str | None:
    """'AMD RYZEN AI MAX+ 395 w/ Radeon 8060S' -> 'Radeon 8060S'."""
    match = re.search(r"(radeon\s+\w+)", cpu_brand or "", re.IGNORECASE)
    return match[1] if match else None


class _Read(NamedTuple):
    """What the kernel says of a card; memory in bytes."""

    name: str
    vendor: str
    chip: str | None
    total: int | None
    free: int | None
    integrated: bool
    link: str | None


def _document(match: GpuMatch | None, read: _Read, notes: list[str]) -> Gpu:
    if match is None:
        if not read.integrated:
            notes.append(
                f"{read.name} is in no catalogue: its bandwidth is unknown, so its speed cannot be predicted"
            )
        return Gpu(
            name=read.name,
            vendor=read.vendor,
            compute_capability=read.chip,
            memory_total_bytes=read.total,
            memory_free_bytes=read.free,
            unified_memory=read.integrated,
            pcie=read.link,
        )
    notes.extend(match.notes)
    return match.gpu(
        read.name,
        memory_total_bytes=read.total or match.memory_total_bytes,
        memory_free_bytes=read.free,
        unified_memory=read.integrated or match.unified_memory,
        compute_capability=read.chip or match.compute_capability,
        pcie=read.link,
    )


def _uevent_name(system: System, folder: str) -> str | None:
    for line in (system.read(f"{folder}/uevent") or "").splitlines():
        if line.startswith("PCI_NAME="):
            return line.partition("=")[2]
    return None


def _link(speed: str | None, width: str | None) -> str | None:
    generation = {"2.5": "1.0", "5.0": "2.0", "8.0": "3.0", "16.0": "4.0", "32.0": "5.0", "64.0": "6.0"}.get(
        (speed or "").split(" ")[0]
    )
    return f"{generation} x{width}" if generation and whole(width) else None


def _difference(total: int | None, used: int | None) -> int | None:
    return None if total is None or used is None else max(total - used, 0)
