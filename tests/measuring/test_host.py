"""This machine as measurements name it, and what spoils them."""

from __future__ import annotations

from collections import namedtuple

import pytest

from advisor.documents.hardware import Cpu, Gpu, HardwareProfile
from advisor.measuring import host
from advisor.measuring.fingerprint import fingerprint
from advisor.measuring.host import Busy, busy, host_of

Sensor = namedtuple("Sensor", "current")
MACHINE = HardwareProfile(name="box", source="probe", cpu=Cpu(brand="Ryzen 9", usable_cores=16))


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No load of others and cool sensors, whatever runs beside the tests."""
    monkeypatch.setattr(host, "cores_used", lambda seconds: 0.1)
    monkeypatch.setattr("psutil.sensors_temperatures", lambda: {"k10temp": [Sensor(50.0)]}, raising=False)


def test_a_host_is_its_fingerprint_and_name() -> None:
    """What rows are kept under, and what people read."""
    assert (fingerprint(MACHINE), "box") == host_of(MACHINE)


@pytest.mark.usefixtures("quiet")
def test_a_quiet_machine_has_no_doubts() -> None:
    """Nothing to say, nothing to mark."""
    assert Busy() == busy(MACHINE)


@pytest.mark.usefixtures("quiet")
def test_load_heat_and_processes_on_the_gpu_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a warning, and its flag stands once on every row."""
    monkeypatch.setattr(host, "cores_used", lambda seconds: 8.0)
    monkeypatch.setattr(
        "psutil.sensors_temperatures",
        lambda: {"k10temp": [Sensor(96.0), Sensor(80.0)], "nvme": [Sensor(120.0)]},
        raising=False,
    )
    note = "other processes hold 3 GiB of the GPU"
    card = Gpu(name="RTX 4090", vendor="NVIDIA")
    machine = HardwareProfile(name="box", source="probe", cpu=MACHINE.cpu, gpus=(card,), notes=(note,))
    found = busy(machine)
    assert (("busy", "hot"), "8.0 of 16 cores") == (found.flags, found.load)
    assert ["other processes use 8.0 of 16 cores", "a sensor reads 96 °C", note] == [
        warning.partition(":")[0] for warning in found.warnings
    ]


def test_what_was_said_before_and_after_is_said_once() -> None:
    """The load before the run is the one named."""
    before = Busy(("loaded",), ("busy",), "1.0 of 2 cores")
    after = Busy(("loaded", "hot"), ("busy", "hot"), "2.0 of 2 cores")
    assert Busy(("loaded", "hot"), ("busy", "hot"), "1.0 of 2 cores") == before.and_then(after)
