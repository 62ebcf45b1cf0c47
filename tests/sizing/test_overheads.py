"""Memory beside the model, and what is left for it."""

from __future__ import annotations

import pytest

from advisor.documents.hardware import Gpu, HardwareProfile, Memory
from advisor.sizing.overheads import (
    FIT_MARGIN_BYTES,
    GIB,
    gpu_available,
    least,
    main_memory_available,
    system_reserve_bytes,
    unified_available,
    usable_total,
)


def machine(**memory: int | None) -> HardwareProfile:
    """A machine with this main memory."""
    return HardwareProfile(name="box", source="user", memory=Memory(**memory))


def card(name: str = "RTX 4090", total: int | None = None, **facts: object) -> Gpu:
    """A card of NVIDIA."""
    return Gpu(name=name, vendor="NVIDIA", memory_total_bytes=total, **facts)


@pytest.mark.parametrize(
    ("amounts", "expected"), [((), None), ((None, None), None), ((3, None, 2), 2), ((0, 5), 0)]
)
def test_the_least_of_what_is_known(amounts: tuple[int | None, ...], expected: int | None) -> None:
    """Unknown limits nothing; zero does."""
    assert expected == least(*amounts)


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        ({}, None),
        ({"total_bytes": 16 * GIB, "available_bytes": 3 * GIB}, 3 * GIB),
        ({"total_bytes": 16 * GIB}, 16 * GIB - system_reserve_bytes(16 * GIB)),
        ({"total_bytes": 16 * GIB, "limit_bytes": 4 * GIB}, 4 * GIB - system_reserve_bytes(4 * GIB)),
    ],
)
def test_main_memory(memory: dict[str, int], expected: int | None) -> None:
    """What is free, else the total or a container's limit less what the system keeps."""
    assert expected == main_memory_available(machine(**memory))


@pytest.mark.parametrize(
    ("gpu", "expected"),
    [
        (card(), None),
        (card(total=24 * GIB), int(24 * GIB * 0.995)),
        (card("L40S", 48 * GIB), 45 * GIB),
        (card(total=24 * GIB - 1), 24 * GIB - 1),
        (card("M3 Max", 48 * GIB, unified_memory=True), 48 * GIB),
    ],
)
def test_a_marketing_figure_is_cut_to_what_drivers_report(gpu: Gpu, expected: int | None) -> None:
    """Whole GiB lose the driver's share, or a sixteenth to error correction; a read total stays."""
    assert expected == usable_total(gpu)


def test_a_margin_stays_free_on_a_card() -> None:
    """llama.cpp's own; never less than nothing."""
    found = [gpu_available(card(memory_free_bytes=free)) for free in (5 * GIB, FIT_MARGIN_BYTES, GIB // 2)]
    assert [5 * GIB - FIT_MARGIN_BYTES, 0, 0] == found


@pytest.mark.parametrize(
    ("limit", "free", "memory", "expected"),
    [
        (48, None, {"total_bytes": 64 * GIB, "available_bytes": 30 * GIB}, 30),
        (48, 20, {"total_bytes": 64 * GIB, "available_bytes": 30 * GIB}, 20),
        (48, None, {}, 48),
        (96, None, {"total_bytes": 32 * GIB, "available_bytes": 20 * GIB}, 96),
    ],
)
def test_shared_memory_is_the_lesser_of_both(
    limit: int, free: int | None, memory: dict[str, int], expected: int
) -> None:
    """A carve-out larger than what the system sees lies beside it."""
    gpu = card("iGPU", limit * GIB, unified_memory=True, memory_free_bytes=free and free * GIB)
    assert expected * GIB == unified_available(machine(**memory), gpu)
