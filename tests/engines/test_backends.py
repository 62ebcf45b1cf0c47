"""Which backends reach which GPUs."""

from __future__ import annotations

import pytest

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.engines import backends


def gpu(vendor: str, chip: str | None = None) -> Gpu:
    """A GPU of that maker and chip."""
    return Gpu(name="GPU", vendor=vendor, compute_capability=chip)


@pytest.mark.parametrize(
    ("card", "first"),
    [
        (gpu("NVIDIA", "11.0"), "cuda"),
        (gpu("AMD", "gfx1201"), "rocm"),
        (gpu("AMD", "gfx803"), "vulkan"),
        (gpu("AMD", "gfx1033"), "vulkan"),
        (gpu("AMD"), "rocm"),
        (gpu("Intel"), "sycl"),
        (gpu("Broadcom"), "vulkan"),
        (None, "cpu"),
    ],
)
def test_the_native_backend_comes_first(card, first):
    """Polaris cards and the Steam Deck have no ROCm; a Jetson Thor has CUDA; unknown makers have Vulkan."""
    assert backends.native(card) == first


def test_the_cpu_is_always_a_backend():
    """Whatever the GPU."""
    machine = HardwareProfile(name="Mac", source="user", gpus=(gpu("Apple"),))
    assert list(backends.reached(machine)) == ["metal", "cpu"]


def test_a_backend_of_one_vendor_names_it():
    """CUDA is NVIDIA's alone; Vulkan is nobody's."""
    assert (backends.vendor_of("cuda"), backends.vendor_of("vulkan")) == ("NVIDIA", None)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("8.9", (8, 9)), ("10.3", (10, 3)), ("gfx1100", ()), ("8.²", (8,)), ("9" * 5000, ()), ("", ())],
)
def test_a_capability_is_numbers(text, numbers):
    """What is no number, or none that a card has, is left out."""
    assert numbers == backends.capability(text)


@pytest.mark.parametrize(("backend", "makers"), [("cuda", ["NVIDIA"]), ("rocm", ["AMD"]), ("cpu", None)])
def test_a_build_for_one_maker_sees_its_cards_alone(backend, makers):
    """Vulkan joins the cards of several makers; a machine of one maker stays as it is."""
    cards = (Gpu(name="a", vendor="NVIDIA"), Gpu(name="b", vendor="AMD"))
    machine = HardwareProfile(name="m", source="user", gpus=cards)
    seen = [gpu.vendor for gpu in backends.with_reached(machine, backend).gpus]
    assert seen == (makers or ["NVIDIA", "AMD"])
    assert backends.with_reached(machine, "vulkan") is machine
