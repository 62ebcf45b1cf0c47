"""A measured row of which every number is known; and a store of its own for every test, since what the
developer measured must not change an answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.prediction.local_speed.work import Device, Share, Work
from advisor.training.local_speed.rows import Row

RTX_4090 = Device(
    key="GeForce RTX 4090",
    kind="gpu",
    vendor="NVIDIA",
    backend="cuda",
    generation="Ada Lovelace",
    bandwidth_bytes_per_s=1008e9,
    matrix_flops=165.2e12,
    vector_flops=82.6e12,
    year=2022,
)


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder and an empty cache."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "data"


def _row(
    device: str = RTX_4090.key,
    log_s: float = math.log(0.01),
    source: str = "s",
    model: str = "Qwen3-8B",
    phase: str = "decode",
) -> Row:
    share = Share(
        device=RTX_4090._replace(key=device),
        read_bytes=4.7e9,
        held_bytes=4.68 * 2**30,
        active_params=8.19e9,
        layers=36,
        kv_bytes=1e8,
    )
    work = Work(shares=(share,), engine="llama.cpp", family="Q4_K", active_share=1.0, attention_flops=1e9)
    return Row(
        work=work,
        phase=phase,
        log_s=log_s,
        source=source,
        engine="llama.cpp",
        model=model,
        scheme="Q4_K_M",
        n=1,
        trust=1.0,
        n_params=8.19e9,
    )


@pytest.fixture
def row() -> Callable[..., Row]:
    """Makes rows of a dense 8.19 B model under Q4_K_M on an RTX 4090, a hundredth of a second per token."""
    return _row
