"""Memory read bandwidth of this machine by number of threads."""

from __future__ import annotations

from datetime import UTC, datetime

from advisor.documents.hardware import HardwareProfile
from advisor.errors import UsageError
from advisor.measuring.host import busy, host_of
from advisor.measuring.progress import Progress
from advisor.measuring.rows import Row
from advisor.probe.bandwidth import BLOCK_BYTES, measure_read_bandwidth
from advisor.probe.kept_bandwidth import keep_bandwidth


def measure_bandwidth(
    hardware: HardwareProfile, threads: tuple[int, ...] = (), keep: bool = True
) -> list[Row]:
    """One row per thread count; with *keep* the best since boot is the machine's measured bandwidth in later
    answers (until reboot)."""
    before = busy(hardware)
    chosen = threads or _doublings(hardware.cpu.usable_cores or 1)
    bar = Progress(len(chosen))
    host, name = host_of(hardware)
    rows = []
    for count in chosen:
        _check_memory(hardware, count)
        value = measure_read_bandwidth(count)
        bar.step(1, f"{count} threads: {value / 1e9:.1f} GB/s")
        rows.append((count, value))
    bar.end()
    flags = ";".join(before.and_then(busy(hardware)).flags)
    if keep:
        keep_bandwidth(max(value for _, value in rows), before.load)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        Row(
            kind="bandwidth",
            metric="bytes_per_s",
            value=value,
            backend="cpu",
            host=host,
            hardware=name,
            threads=count,
            flags=flags,
            measured_at=now,
            tool="advisor measure",
            facts={"method": "memchr sweep, best of five"},
        )
        for count, value in rows
    ]


def _doublings(cores: int) -> tuple[int, ...]:
    """1, 2, 4 … and the number of cores."""
    counts = [1]
    while counts[-1] * 2 < cores:
        counts.append(counts[-1] * 2)
    return (*counts, cores) if cores > 1 else (1,)


def _check_memory(hardware: HardwareProfile, threads: int) -> None:
    free = hardware.memory.available_bytes
    if free is not None and threads * BLOCK_BYTES > free:
        raise UsageError(
            f"{threads} threads need {threads * BLOCK_BYTES >> 20} MiB, more than is free; "
            "use fewer --threads"
        )
