"""What every engine is started with: one model on one GPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from advisor.catalog.schemes import all_schemes, find_scheme
from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.engines import facts
from advisor.engines.launch import Launch, Started

LLAMA = ModelProfile(
    name="Llama-3.1-8B-Instruct", source="catalogue", hf_id="meta-llama/Llama-3.1-8B-Instruct", n_layers=32
)
ON_GPU = Placement(kind="gpu", n_gpus=1, gpu_layers=33, n_layers=32)


@pytest.fixture(scope="session")
def machine() -> Callable[..., HardwareProfile]:
    """A machine of so many equal NVIDIA GPUs of that generation."""

    def made(capability: str | None = "8.9", n_gpus: int = 1, **changes: Any) -> HardwareProfile:
        gpu = Gpu(name="GPU", vendor="NVIDIA", compute_capability=capability)
        return HardwareProfile(name="box", source="catalogue", gpus=(gpu,) * n_gpus, **changes)

    return made


@pytest.fixture(scope="session")
def launch(machine: Callable[..., HardwareProfile]) -> Callable[..., Launch]:
    """Llama-3.1-8B for 8192 tokens and one request on one Ada GPU; keyword arguments change it."""

    def made(scheme: str = "BF16", **changes: Any) -> Launch:
        fields: dict[str, Any] = {
            "model": LLAMA,
            "scheme": find_scheme(scheme),
            "weights": "./weights",
            "backend": "cuda",
            "placement": ON_GPU,
            "context_tokens": 8192,
            "threads": 8,
            "hardware": machine(),
        }
        return Launch(**{**fields, **changes})

    return made


@pytest.fixture(scope="session")
def started(launch: Callable[..., Launch]) -> Callable[..., Started]:
    """(engine, scheme, changes) -> the commands of that launch."""

    def made(engine: str, scheme: str = "BF16", **changes: Any) -> Started:
        start = facts(engine).start
        assert start is not None
        return start(launch(scheme, **changes))

    return made


@pytest.fixture(scope="session")
def line(started: Callable[..., Started]) -> Callable[..., str]:
    """The same -> the words of the first command, by spaces."""
    return lambda engine, scheme="BF16", **changes: " ".join(started(engine, scheme, **changes).run.argv)


@pytest.fixture(scope="session")
def families() -> Mapping[str, set[str]]:
    """Engine -> the families of schemes it runs somewhere."""
    found: dict[str, set[str]] = {}
    for scheme in all_schemes():
        for support in scheme.supports:
            found.setdefault(support.engine, set()).add(scheme.family)
    return found
