"""A HardwareProfile as rows of words: what, how much, and where it is known from."""

from __future__ import annotations

from advisor.documents.hardware import Gpu, HardwareProfile

_READ = {"probe": "read here", "catalogue": "catalogue", "user": "as stated"}
Row = tuple[str, str, str]


def machine_rows(profile: HardwareProfile) -> list[Row]:
    """What to mind about the machine; name, value, source of what is known; what is unknown, and why."""
    read = _READ.get(profile.source, profile.source)
    cpu, memory = profile.cpu, profile.memory
    rows = [
        ("System", _words(profile.os, profile.container and f"in {profile.container}", profile.board), read),
        ("Processor", _words(cpu.brand, cpu.microarchitecture), read),
        ("Cores", _cores(profile), read),
        ("Instruction sets", " ".join(cpu.isa), read),
        ("Memory", _memory(profile), read),
        ("Swap", _pair(memory.swap_total_bytes, memory.swap_used_bytes, "used"), read),
        *_bandwidth(profile),
    ]
    for index, gpu in enumerate(profile.gpus):
        rows += _gpu(index, gpu, read)
    if not profile.gpus:
        rows.append(("GPU", "none", read))
    engines = ", ".join(" ".join(filter(None, (engine.name, engine.version))) for engine in profile.engines)
    rows.append(("Engines", engines or "none found", read))
    rows.append(("Free disk", _gb(profile.disk_free_bytes), read))
    if profile.nodes > 1:
        rows.append(("Nodes", str(profile.nodes), read))
    notes = [("Note", note, "") for note in profile.notes]
    known = [row for row in rows if row[1]]
    unknown = [(_plain(name), "unknown", reason) for name, reason in profile.unknown.items()]
    return [*notes, *known, *unknown]


def gib(value: int | None) -> str:
    """Bytes as GiB, '' when unknown."""
    return "" if value is None else f"{value / 2**30:.1f} GiB"


def _gb(value: int | None) -> str:
    """Bytes of files as GB."""
    return "" if value is None else f"{value / 1e9:.1f} GB"


def _gpu(index: int, gpu: Gpu, read: str) -> list[Row]:
    rate = gpu.bandwidth_bytes_per_s
    rows = [
        (
            f"GPU {index}",
            _words(gpu.name, gpu.compute_capability, "shares main memory" if gpu.unified_memory else None),
            read,
        ),
        ("  memory", _pair(gpu.memory_total_bytes, gpu.memory_free_bytes, "free"), read),
        ("  bandwidth", f"{rate / 1e9:g} GB/s" if rate else "", "GPU table" if gpu.catalog_name else read),
    ]
    if gpu.fp16_flops:
        rows.append(("  FP16", f"{gpu.fp16_flops / 1e12:.3g} TFLOPS", "GPU table"))
    return rows


def _bandwidth(profile: HardwareProfile) -> list[Row]:
    memory = profile.memory
    rows = []
    if memory.measured_bandwidth_bytes_per_s:
        rows.append(
            ("RAM bandwidth", f"{memory.measured_bandwidth_bytes_per_s / 1e9:.1f} GB/s", "measured here")
        )
    if memory.bandwidth_bytes_per_s:
        kind = f" ({memory.kind}, {memory.channels} channels)" if memory.kind and memory.channels else ""
        rows.append(("RAM bandwidth", f"{memory.bandwidth_bytes_per_s / 1e9:g} GB/s peak{kind}", "CPU table"))
    return rows


def _cores(profile: HardwareProfile) -> str:
    cpu = profile.cpu
    parts = ((cpu.physical_cores, "physical"), (cpu.logical_cores, "logical"), (cpu.usable_cores, "usable"))
    return ", ".join(f"{count} {word}" for count, word in parts if count is not None)


def _memory(profile: HardwareProfile) -> str:
    memory = profile.memory
    text = _pair(memory.total_bytes, memory.available_bytes, "available")
    return f"{text}, limit {gib(memory.limit_bytes)}" if memory.limit_bytes else text


def _pair(total: int | None, part: int | None, word: str) -> str:
    text = gib(total)
    return f"{text}, {gib(part)} {word}" if text and part is not None else text


def _words(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _plain(path: str) -> str:
    """'memory.bandwidth_bytes_per_s' -> 'memory bandwidth'."""
    return path.replace("_bytes_per_s", "").replace("_bytes", "").replace(".", " ").replace("_", " ")
