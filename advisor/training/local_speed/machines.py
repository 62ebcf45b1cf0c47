"""Names and settings of a measured row -> the devices that did the work."""

from __future__ import annotations

import re
from functools import cache

from advisor.catalog.cpus import find_cpu
from advisor.catalog.gpus import find_gpu
from advisor.documents.hardware import Cpu, Memory
from advisor.errors import AdvisorError
from advisor.prediction.local_speed.inputs import cpu_device, default_backend, gpu_device
from advisor.prediction.local_speed.work import Device
from advisor.training.data.tables import Record
from advisor.training.local_speed.cores import cores_of

CPU_KINDS = ("cpu", "sbc", "phone")
_SOCKETS = re.compile(r"^(\d)x ")
STATED_BYTES_PER_S = 1e9
"""Unit of the columns `ram_gb_s` and `ram_measured_gb_s`."""


def runs_on_cpu(record: Record) -> bool:
    """Whether the row's hardware is a processor rather than a card."""
    return bool(
        record["backend"] == "cpu" or (not record["backend"] and record["hardware_kind"] in CPU_KINDS)
    )


def gpu_of(record: Record, engine: str) -> Device | str:
    """The card, or why it is not known."""
    return _gpu(record["hardware"], record["device"], record["backend"], engine)


@cache
def _gpu(hardware: str, catalog_name: str, backend: str, engine: str) -> Device | str:
    found = find_gpu(catalog_name or hardware)
    if found is None:
        return "GPU not in the catalogue"
    try:
        gpu = found.gpu()
        return gpu_device(gpu, backend or default_backend(engine, gpu))
    except AdvisorError:
        return "GPU of unknown bandwidth"


def cpu_of(record: Record, name: str, read_share: float) -> Device | str:
    """The processor called *name* with the memory and threads that the row states.

    *read_share* is the share of peak that a read sweep reaches; a measured bandwidth is brought to peaks by
    it.
    """
    threads = int(record["threads"]) if record["threads"] == record["threads"] else None
    stated, measured = record["ram_gb_s"], record["ram_measured_gb_s"]
    peak = measured / read_share if measured == measured else stated
    found = _cpu(name, threads, peak * STATED_BYTES_PER_S if peak == peak else None)
    if isinstance(found, str):
        return found
    return found._replace(interleaved=record["numa"] == "interleaved")


def _sockets(name: str) -> int:
    found = _SOCKETS.match(name)
    return int(found[1]) if found else 1


@cache
def _cpu(hardware: str, threads: int | None, bandwidth: float | None) -> Device | str:
    sockets, name = _sockets(hardware), _SOCKETS.sub("", hardware).removesuffix(" CPU")
    row = find_cpu(name)
    if row is None or not (bandwidth or row.bandwidth_bytes_per_s):
        return "CPU not in the catalogue"
    cpu = Cpu(
        brand=name,
        vendor=row.vendor,
        microarchitecture=row.microarchitecture,
        physical_cores=sockets * cores_of(name, row.cores_range),
        sockets=sockets,
        isa=row.isa,
    )
    peak = bandwidth or sockets * (row.bandwidth_bytes_per_s or 0.0)
    device = cpu_device(cpu, Memory(bandwidth_bytes_per_s=peak), threads)
    return device._replace(ram_stated=bandwidth is not None)
