"""What an engine's kernels are compiled for, and which GPUs each reaches: the only table by vendor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.kinds import Backend

_OF_VENDOR: dict[str, tuple[Backend, ...]] = {
    "NVIDIA": ("cuda", "vulkan"),
    "AMD": ("rocm", "vulkan"),
    "Intel": ("sycl", "xpu", "vulkan"),
    "Apple": ("metal",),
    "Qualcomm": ("opencl", "vulkan"),
    "Huawei": ("cann",),
}
"""Vendor -> backends, the native one first; any other GPU is reached through Vulkan
(https://github.com/ggml-org/llama.cpp#supported-backends)."""
WORDS = {
    "cuda": "an NVIDIA GPU",
    "rocm": "an AMD GPU",
    "metal": "Apple Silicon",
    "vulkan": "a Vulkan GPU",
    "sycl": "an Intel GPU",
    "xpu": "an Intel GPU",
    "opencl": "an Adreno GPU",
    "cann": "a Huawei Ascend NPU",
    "webgpu": "a browser",
    "cpu": "a CPU",
}
_WITHOUT_ROCM = ("gfx803", "gfx902", "gfx90c", "gfx1033", "gfx1035", "gfx1036", "gfx1037")
"""AMD chips that the ROCm builds of llama.cpp and Ollama are not compiled for: Polaris (RX 480 to 590), the
Steam Deck, and the small integrated GPUs (https://docs.ollama.com/gpu and the release workflow of
https://github.com/ggml-org/llama.cpp). They run through Vulkan."""


def of_gpu(gpu: Gpu) -> tuple[Backend, ...]:
    """The backends that reach *gpu*, the native one first."""
    backends: tuple[Backend, ...] = _OF_VENDOR.get(gpu.vendor, ("vulkan",))
    if gpu.compute_capability in _WITHOUT_ROCM:
        return tuple(name for name in backends if name != "rocm")
    return backends


def native(gpu: Gpu | None) -> Backend:
    """The backend that a device's vendor brings; `cpu` without a GPU."""
    return "cpu" if gpu is None else of_gpu(gpu)[0]


def reached(hardware: HardwareProfile) -> dict[Backend, list[Gpu]]:
    """Backend -> the GPUs it reaches, native backends first; `cpu` (no GPUs) is always there."""
    found: dict[Backend, list[Gpu]] = {}
    for gpu in hardware.gpus:
        for backend in of_gpu(gpu):
            found.setdefault(backend, []).append(gpu)
    found["cpu"] = []
    return found


def with_reached(hardware: HardwareProfile, backend: str) -> HardwareProfile:
    """*hardware* with the GPUs alone that *backend* reaches: a build for one maker's cards sees no other."""
    seen = next((gpus for name, gpus in reached(hardware).items() if name == backend), [])
    if not seen or len(seen) == len(hardware.gpus):
        return hardware
    return replace(hardware, gpus=tuple(seen))


def oldest_capability(gpus: Iterable[Gpu]) -> tuple[int, ...] | None:
    """The lowest NVIDIA compute capability among *gpus* as numbers; None when none is known."""
    stated = [gpu.compute_capability or "" for gpu in gpus if gpu.vendor == "NVIDIA"]
    return min((capability(text) for text in stated if text), default=None)


def capability(text: str) -> tuple[int, ...]:
    """'10.3' -> (10, 3), so that 10 comes after 9; what is no number is left out."""
    return tuple(int(part) for part in text.split(".") if part.isdecimal() and len(part) < 10)


def vendor_of(backend: str) -> str | None:
    """The only vendor whose GPUs *backend* reaches; None when there are several, or none."""
    vendors = [vendor for vendor, backends in _OF_VENDOR.items() if backend in backends]
    return vendors[0] if len(vendors) == 1 else None
