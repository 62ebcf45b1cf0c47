"""The simulation behind `advisor evaluate local`, on residuals whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from advisor.evaluation.local_speed.own import simulate


@dataclass(frozen=True)
class _Device:
    key: str
    backend: str = "cpu"


@dataclass(frozen=True)
class _Share:
    device: _Device
    read_bytes: float


@dataclass(frozen=True)
class _Work:
    shares: tuple[_Share, ...]
    family: str
    active_share: float = 1.0


@dataclass(frozen=True)
class _Row:
    source: str
    model: str
    scheme: str
    work: _Work

    @property
    def device(self) -> _Device:
        """As a row of the table has it."""
        return self.work.shares[0].device


def made(n_machines: int, device_sd: float, noise_sd: float) -> tuple[list[_Row], np.ndarray]:
    """Machines that differ by *device_sd*, each with eight configurations about it."""
    rng = np.random.default_rng(5)
    rows, residual = [], []
    for machine in range(n_machines):
        effect = rng.normal(0, device_sd)
        for i in range(8):
            work = _Work((_Share(_Device(f"d{machine}"), 1e9 * (1 + i)),), f"F{i % 4}")
            rows.append(_Row("s", f"m{i}", f"F{i % 4}", work))
            residual.append(effect + rng.normal(0, noise_sd))
    return rows, np.array(residual)


def test_own_rows_take_the_machine_s_part_away() -> None:
    """Where machines differ and configurations do not, three rows leave little error; more rows never leave
    more."""
    rows, residual = made(40, 0.3, 0.02)
    falls = [simulate(rows, residual, "decode", own)["fall_pct"] for own in (1, 3, 5)]
    assert falls[1] > 80
    assert falls == sorted(falls)


def test_own_rows_cannot_help_where_machines_do_not_differ() -> None:
    """With noise alone there is nothing to learn, and little is lost by trying."""
    rows, residual = made(40, 0.0, 0.1)
    assert simulate(rows, residual, "decode", 3)["fall_pct"] == pytest.approx(0, abs=25)
