"""Memory read bandwidth by number of threads."""

from __future__ import annotations

import pytest

from advisor.documents.hardware import Cpu, HardwareProfile, Memory
from advisor.errors import UsageError
from advisor.measuring.host import Busy
from advisor.measuring.run import bandwidth

MACHINE = HardwareProfile(
    name="box", source="probe", cpu=Cpu(usable_cores=6), memory=Memory(available_bytes=1 << 30)
)


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str | None]]:
    """No real reading: a thread gives 10 GB/s up to 30; what would be kept is listed."""
    found: list[tuple[float, str | None]] = []
    monkeypatch.setattr(bandwidth, "measure_read_bandwidth", lambda threads: min(threads, 3) * 1e10)
    monkeypatch.setattr(bandwidth, "busy", lambda hardware: Busy(("loaded",), ("busy",), "1 of 6 cores"))
    monkeypatch.setattr(bandwidth, "keep_bandwidth", lambda value, load: found.append((value, load)))
    return found


def test_doublings_and_all_cores(kept: list[tuple[float, str | None]]) -> None:
    """One row each; the best is kept with the load it was measured under."""
    rows = bandwidth.measure_bandwidth(MACHINE, (1, 2, 4))
    assert [(1, 1e10, "busy"), (2, 2e10, "busy"), (4, 3e10, "busy")] == [
        (row.threads, row.value, row.flags) for row in rows
    ]
    assert [(3e10, "1 of 6 cores")] == kept


def test_a_dry_run_keeps_nothing(kept: list[tuple[float, str | None]]) -> None:
    """The figures are shown only."""
    bandwidth.measure_bandwidth(MACHINE, (1,), keep=False)
    assert [] == kept


def test_blocks_that_memory_does_not_hold_are_refused() -> None:
    """Eight threads of 256 MiB do not fit 1 GiB."""
    with pytest.raises(UsageError, match="8 threads need 2048 MiB"):
        bandwidth.measure_bandwidth(MACHINE, (8,))
