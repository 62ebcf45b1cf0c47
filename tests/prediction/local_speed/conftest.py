"""One device at work, of which every number is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from advisor.documents.hardware import Cpu, Memory
from advisor.prediction.local_speed.work import Device, Share, Work

CARD = Device(
    key="GeForce RTX 4090",
    kind="gpu",
    vendor="NVIDIA",
    backend="cuda",
    generation="Ada Lovelace",
    bandwidth_bytes_per_s=1e12,
    matrix_flops=160e12,
    vector_flops=80e12,
    year=2022,
)
DESKTOP = Device(
    key="ryzen 9 7950x",
    kind="cpu",
    vendor="AMD",
    backend="cpu",
    generation="Zen 4",
    bandwidth_bytes_per_s=8e10,
    cores=16,
    isa="avx512-vnni",
)

CPU = Cpu(
    brand="AMD Ryzen 9 7950X 16-Core Processor",
    vendor="AMD",
    microarchitecture="Zen 4 (Raphael)",
    physical_cores=16,
    isa=("avx2", "avx512f", "avx512_vnni"),
)
MEMORY = Memory(total_bytes=64 * 2**30, bandwidth_bytes_per_s=83.2e9)


@pytest.fixture(scope="session")
def card() -> Device:
    """A card of 1 TB/s."""
    return CARD


@pytest.fixture(scope="session")
def desktop() -> Device:
    """A processor of sixteen cores and 80 GB/s."""
    return DESKTOP


@pytest.fixture(scope="session")
def share() -> Callable[..., Share]:
    """A dense model of 4 GB in 32 layers on one device; keyword arguments change it."""

    def made(device: Device = CARD, **changes: Any) -> Share:
        fields: dict[str, Any] = {
            "device": device,
            "read_bytes": 4e9,
            "held_bytes": 4e9,
            "active_params": 8e9,
            "layers": 32.0,
            "kv_bytes": 1e8,
        }
        return Share(**{**fields, **changes})

    return made


@pytest.fixture(scope="session")
def work(share: Callable[..., Share]) -> Callable[..., Work]:
    """That model under llama.cpp; keyword arguments change it."""

    def made(*shares: Share, **changes: Any) -> Work:
        fields: dict[str, Any] = {
            "shares": shares or (share(),),
            "engine": "llama.cpp",
            "family": "Q4_K",
            "active_share": 1.0,
            "attention_flops": 1e9,
        }
        return Work(**{**fields, **changes})

    return made
