"""The processor: brand, instruction sets, caches."""

from __future__ import annotations

import re
import sys

from advisor.documents.hardware import Cpu
from advisor.probe.cores import performance_cores, physical_cores, usable_cores
from advisor.probe.system import System, whole

_FLAGS = {
    **{name: name for name in ("fma", "f16c", "bmi2", "avx", "avx2", "avx_vnni")},
    **{name: name for name in ("avx512f", "avx512bw", "avx512vl")},
    "avx512_vnni": "avx512_vnni",
    "avx512vnni": "avx512_vnni",
    "avx512_bf16": "avx512_bf16",
    "avx512_vbmi": "avx512_vbmi",
    "avx512vbmi": "avx512_vbmi",
    "amx_tile": "amx_tile",
    "amx_int8": "amx_int8",
    "amx_bf16": "amx_bf16",
    "asimd": "asimd",
    "neon": "asimd",
    "asimddp": "dotprod",
    "asimdhp": "fp16",
    "i8mm": "i8mm",
    "bf16": "bf16",
    "sve": "sve",
    "sve2": "sve2",
    "sme": "sme",
    "v": "rvv",
}
"""Kernel flag -> our name; the ones ggml's CPU backend dispatches on (ggml/src/ggml-cpu/arch)."""
_DARWIN = {
    "hw.optional.arm.FEAT_DotProd": "dotprod",
    "hw.optional.arm.FEAT_I8MM": "i8mm",
    "hw.optional.arm.FEAT_BF16": "bf16",
    "hw.optional.arm.FEAT_SME": "sme",
    "hw.optional.avx2_0": "avx2",
    "hw.optional.avx512f": "avx512f",
}


def cpu(system: System, unknown: dict[str, str], notes: list[str]) -> Cpu:
    """Everything about the processor that costs no second to read."""
    if system.platform == "darwin":
        return _darwin(system, unknown)
    if system.platform == "win32":
        return _windows(system, unknown)
    return _linux(system, unknown, notes)


def _linux(system: System, unknown: dict[str, str], notes: list[str]) -> Cpu:
    text = system.read("/proc/cpuinfo")
    if not text:
        unknown["cpu.brand"] = "/proc/cpuinfo cannot be read"
        return Cpu(architecture=system.machine, usable_cores=system.usable_cpus())
    blocks = [
        _fields(block) for block in re.split(r"\n\s*\n", text) if "processor" in block.lower() or ":" in block
    ]
    first = blocks[0] if blocks else {}
    flags = set((first.get("flags") or first.get("Features") or first.get("isa", "")).split())
    if "hypervisor" in flags:
        notes.append(
            "this is a virtual machine: its share of the socket's memory bandwidth is unknown; "
            "`advisor probe --measure` measures it"
        )
    logical = sum("processor" in block for block in blocks) or None
    return Cpu(
        brand=_linux_brand(system, first),
        vendor={"GenuineIntel": "Intel", "AuthenticAMD": "AMD"}.get(
            first.get("vendor_id", ""), first.get("vendor_id")
        ),
        architecture=system.machine,
        family=whole(first.get("cpu family")),
        model=whole(first.get("model")),
        stepping=whole(first.get("stepping")),
        sockets=len({block["physical id"] for block in blocks if "physical id" in block}) or 1,
        physical_cores=physical_cores(system, blocks) or logical,
        performance_cores=performance_cores(system),
        logical_cores=logical,
        usable_cores=usable_cores(system, logical),
        isa=isa(flags),
        cache_bytes=_caches(system),
        numa_nodes=sum(
            bool(re.fullmatch(r"node\d+", name)) for name in system.names("/sys/devices/system/node")
        )
        or None,
    )


def isa(flags: set[str]) -> tuple[str, ...]:
    """The features engines dispatch on, in a fixed order."""
    found = {_FLAGS[flag] for flag in flags if flag in _FLAGS}
    return tuple(name for name in dict.fromkeys(_FLAGS.values()) if name in found)


def _fields(block: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in block.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _linux_brand(system: System, first: dict[str, str]) -> str | None:
    if brand := first.get("model name"):
        return brand
    if board := system.read("/proc/device-tree/model"):
        return board
    if "CPU implementer" in first:
        return f"{first['CPU implementer']}:{first.get('CPU part', '')}"
    return first.get("Hardware") or first.get("uarch")


def _caches(system: System) -> dict[str, int]:
    """Sums over the machine by level; a cache that several CPUs share counts once."""
    seen: dict[tuple[str, str], int] = {}
    base = "/sys/devices/system/cpu"
    for name in system.names(base):
        if not re.fullmatch(r"cpu\d+", name):
            continue
        for index in system.names(f"{base}/{name}/cache"):
            folder = f"{base}/{name}/cache/{index}"
            level, kind = system.read(f"{folder}/level"), system.read(f"{folder}/type")
            size = _size(system.read(f"{folder}/size"))
            if level and size and kind != "Instruction":
                label = f"L{level}d" if level == "1" else f"L{level}"
                seen[label, system.read(f"{folder}/shared_cpu_list") or name] = size
    total: dict[str, int] = {}
    for (label, _), size in seen.items():
        total[label] = total.get(label, 0) + size
    return dict(sorted(total.items()))


def _size(text: str | None) -> int | None:
    match = re.fullmatch(r"(\d{1,12})([KM]?)", text or "", re.ASCII)
    return int(match[1]) * {"K": 1024, "M": 1 << 20, "": 1}[match[2]] if match else None


def _sysctl(system: System, *names: str) -> dict[str, str]:
    """Several sysctl values in one process; names the kernel does not know are simply absent."""
    text, _ = system.run("sysctl", "-i", *names)
    return {
        name.strip(): value.strip()
        for name, _, value in (line.partition(":") for line in (text or "").splitlines())
    }


def _darwin(system: System, unknown: dict[str, str]) -> Cpu:
    names = (
        "machdep.cpu.brand_string",
        "hw.physicalcpu",
        "hw.logicalcpu",
        "hw.perflevel0.physicalcpu",
        "hw.l1dcachesize",
        "hw.l2cachesize",
        "hw.packages",
        *_DARWIN,
    )
    values = _sysctl(system, *names)
    if "machdep.cpu.brand_string" not in values:
        unknown["cpu.brand"] = "sysctl machdep.cpu.brand_string gave nothing"
    found = [ours for name, ours in _DARWIN.items() if values.get(name) == "1"]
    if system.machine == "aarch64":
        found.insert(0, "asimd")
    brand = values.get("machdep.cpu.brand_string")
    logical = whole(values.get("hw.logicalcpu"))
    return Cpu(
        brand=brand,
        vendor="Apple" if (brand or "").startswith("Apple") else "Intel",
        architecture=system.machine,
        sockets=whole(values.get("hw.packages")),
        physical_cores=whole(values.get("hw.physicalcpu")),
        performance_cores=whole(values.get("hw.perflevel0.physicalcpu")),
        logical_cores=logical,
        usable_cores=logical,
        isa=tuple(found),
    )


def _windows(system: System, unknown: dict[str, str]) -> Cpu:
    """The registry has the brand; flags need py-cpuinfo, which takes a second,
    so they are cached per boot.
    """
    brand = _registry_brand()
    try:
        import psutil

        physical, logical = psutil.cpu_count(logical=False), psutil.cpu_count()
    except (ImportError, OSError):
        physical, logical = None, system.usable_cpus()
    flags: set[str] = set()
    if system.live:
        from advisor.probe.boot_cache import cached

        flags = set(cached("cpu_flags", _cpuinfo_flags) or ())
    if not flags:
        unknown["cpu.isa"] = "py-cpuinfo could not read the processor's flags"
    return Cpu(
        brand=brand,
        architecture=system.machine,
        physical_cores=physical,
        logical_cores=logical,
        usable_cores=system.usable_cpus(),
        isa=isa(flags),
    )


def _registry_brand() -> str | None:
    if sys.platform != "win32":
        return None
    try:
        import winreg

        with winreg.OpenKey(
            winreg.HKEY_LOCAL_MACHINE, r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
        ) as key:
            return str(winreg.QueryValueEx(key, "ProcessorNameString")[0]).strip()
    except (ImportError, OSError):
        return None


def _cpuinfo_flags() -> list[str]:
    try:
        from cpuinfo import get_cpu_info

        return list(get_cpu_info().get("flags", []))
    except Exception:  # py-cpuinfo raises whatever its subprocess raised; no flags is an answer
        return []
