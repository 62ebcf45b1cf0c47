"""What memory holds beside the model: driver contexts, margins, and what is left to the rest of the machine.

Every figure is an upper bound with its source: a plan that errs must err high. What a serving engine adds is
in `serving_memory`.
"""

from __future__ import annotations

import re

from advisor.documents.hardware import Gpu, HardwareProfile

MIB, GIB = 1 << 20, 1 << 30

# What a backend's context and libraries take on the device before a model is loaded: the minimum that
# Ollama set aside per device (cudaMinimumMemory, rocmMinimumMemory, metalMinimumMemory in discover/gpu.go
# and gpu_darwin.go of https://github.com/ollama/ollama). Vulkan and SYCL state none: the largest of the
# three.
CONTEXT_BYTES = {
    "cuda": 457 * MIB,
    "rocm": 457 * MIB,
    "hip": 457 * MIB,
    "metal": 512 * MIB,
    "vulkan": 512 * MIB,
    "sycl": 512 * MIB,
    "xpu": 512 * MIB,
    "opencl": 512 * MIB,
    "cpu": 0,
}
FLASH_ATTENTION_BACKENDS = frozenset({"cpu", "cuda", "rocm", "hip", "metal", "vulkan"})
"""Where llama.cpp's `-fa auto` turns flash attention on; a SYCL log reads "auto -> disabled", others are
not seen."""
# GDDR6 cards whose ECC codes lie in the memory itself, on by default: 1/16 less. The driver's totals of L40S
# (46068 MiB), H100 (81559) and RTX PRO 6000 (97887) stand in the system files of
# https://github.com/ai-dynamo/aiconfigurator; 22.49 GiB of the L4's 24 in https://pypi.org/project/kvplan/.
_ECC_IN_BAND = re.compile(r"\b(T4|A2|A10G?|A16|A40|L2|L4|L20|L40[SG]?)\b")
_ECC_SHARE, _DRIVER_SHARE = 15 / 16, 0.995  # the H100's total is 99.56 % of 80 GiB, the RTX PRO 6000's of 96
FIT_MARGIN_BYTES = 1024 * MIB
"""Left free on each GPU with memory of its own: llama.cpp's default `--fit-target`
(https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md). It holds the desktop where only
the total is known, and the engine's growing scratch pools where the free memory was read."""

# Reserve of a machine whose free memory is unknown: share of each slice of main memory that Google
# Kubernetes Engine keeps for the system,
# https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes.
_RESERVED_SHARES = ((4 * GIB, 0.25), (4 * GIB, 0.20), (8 * GIB, 0.10), (112 * GIB, 0.06))
_RESERVED_BEYOND = 0.02


def system_reserve_bytes(total_bytes: int) -> int:
    """Main memory left to the operating system and other programs when only the total is known."""
    left, reserved = float(total_bytes), 0.0
    for slice_bytes, share in _RESERVED_SHARES:
        taken = min(left, slice_bytes)
        reserved += taken * share
        left -= taken
    return int(reserved + left * _RESERVED_BEYOND)


def main_memory_available(hardware: HardwareProfile) -> int | None:
    """Bytes of main memory a plan may use; None when unknown."""
    memory = hardware.memory
    if memory.available_bytes is not None:
        return memory.available_bytes
    total = memory.total_bytes
    if total is None:
        return None
    if memory.limit_bytes is not None:
        total = min(total, memory.limit_bytes)
    return total - system_reserve_bytes(total)


def context_bytes(backend: str) -> int:
    """Upper bound of what *backend*'s context takes on one device."""
    return CONTEXT_BYTES.get(backend, 512 * MIB)


def usable_total(gpu: Gpu) -> int | None:
    """Memory a discrete card really offers: a marketing figure (whole GiB) is cut to what drivers report."""
    total = gpu.memory_total_bytes
    if total is None or total % GIB or gpu.unified_memory:
        return total
    ecc = gpu.vendor == "NVIDIA" and _ECC_IN_BAND.search(gpu.catalog_name or gpu.name)
    return int(total * (_ECC_SHARE if ecc else _DRIVER_SHARE))


def gpu_available(gpu: Gpu) -> int | None:
    """Bytes of a discrete GPU a local engine may fill; None when its memory is unknown."""
    base = gpu.memory_free_bytes if gpu.memory_free_bytes is not None else usable_total(gpu)
    return None if base is None else max(0, base - FIT_MARGIN_BYTES)


def least(*amounts: int | None) -> int | None:
    """The smallest of what is known; None when nothing is."""
    return min((amount for amount in amounts if amount is not None), default=None)


def unified_available(hardware: HardwareProfile, gpu: Gpu) -> int | None:
    """Bytes a GPU that shares main memory may use: its own limit and what main memory has left, whichever
    is less."""
    limit = least(gpu.memory_total_bytes, gpu.memory_free_bytes)
    main = main_memory_available(hardware)
    if limit is None or main is None:
        return limit if main is None else main
    total = hardware.memory.total_bytes
    if total is not None and gpu.memory_total_bytes is not None and gpu.memory_total_bytes > total:
        # A firmware carve-out larger than the memory the system sees: the two do not overlap.
        return limit
    return min(limit, main)
