"""NVIDIA GPUs through the driver's own library."""

from __future__ import annotations

from types import SimpleNamespace

from advisor.catalog.gpus import find_gpu
from advisor.probe.nvidia import _gpu, _slices
from advisor.probe.system import Recorded

GIB = 1 << 30


def test_slice_is_scaled() -> None:
    """A 3g.40gb slice of an A100 80GB has four of eight memory slices and three of seven compute
    slices.
    """
    row = {
        "name": "NVIDIA A100-SXM4-80GB",
        "uuid": "MIG-1",
        "total": 40 * GIB,
        "free": 39 * GIB,
        "capability": "8.0",
        "pci": None,
        "pcie": None,
        "slices": 3,
    }
    notes: list[str] = []
    gpu = _gpu(Recorded({}), row, notes)
    found = find_gpu("A100 SXM4 80 GB")
    gpu_flops = (found and found.fp16_flops) or 0.0
    assert (40 * GIB, 2039e9 * 4 / 8, gpu_flops * (3 / 7)) == (
        gpu.memory_total_bytes,
        gpu.bandwidth_bytes_per_s,
        gpu.fp16_flops,
    )
    assert any("MIG slice" in note for note in notes)


def test_slices_of_a_driver() -> None:
    """In MIG mode the slices are the devices, each with its own memory."""

    class NvmlError(Exception):
        pass

    def memory(handle: object) -> SimpleNamespace:
        return SimpleNamespace(total=10 * GIB, free=9 * GIB)

    def slice_at(handle: object, index: int) -> str:
        if index:
            raise NvmlError
        return "slice"

    driver = SimpleNamespace(
        NVMLError=NvmlError,
        nvmlDeviceGetMigMode=lambda handle: (1, 1),
        nvmlDeviceGetMaxMigDeviceCount=lambda handle: 7,
        nvmlDeviceGetMigDeviceHandleByIndex=slice_at,
        nvmlDeviceGetMemoryInfo=memory,
        nvmlDeviceGetAttributes=lambda part: SimpleNamespace(memorySizeMB=9728, gpuInstanceSliceCount=1),
        nvmlDeviceGetName=lambda handle: "NVIDIA A100-SXM4-80GB",
        nvmlDeviceGetUUID=lambda handle: f"id-{handle}",
    )
    rows = _slices(driver, "gpu")
    assert [("id-slice", 10 * GIB, 1)] == [(row["uuid"], row["total"], row["slices"]) for row in rows]
