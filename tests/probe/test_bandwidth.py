"""Memory bandwidth, measured."""

from __future__ import annotations

import pytest

from advisor.probe import bandwidth


def test_every_thread_reads_its_own_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sum of all threads, the best of the sweeps, told as it goes on."""
    rates = iter([1.0, 2.0, 5.0, 3.0])
    seen: list[int] = []
    shares: list[float] = []

    def sweep(memchr: object, block: object) -> float:
        seen.append(id(block))
        return next(rates)

    monkeypatch.setattr(bandwidth, "BLOCK_BYTES", 4096)
    monkeypatch.setattr(bandwidth, "REPEATS", 2)
    monkeypatch.setattr(bandwidth, "_sweep", sweep)
    assert 8.0 == bandwidth.measure_read_bandwidth(2, shares.append)
    assert (2, [0.5, 1.0]) == (len(set(seen)), shares)


def test_a_sweep_reads_whole_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The C library's search finds nothing and reads to the end: a rate that memory can have."""
    monkeypatch.setattr(bandwidth, "BLOCK_BYTES", 1 << 20)
    monkeypatch.setattr(bandwidth, "REPEATS", 1)
    monkeypatch.setattr(bandwidth, "SWEEP_S", 0.0)
    assert 1e6 < bandwidth.measure_read_bandwidth(1) < 1e13
