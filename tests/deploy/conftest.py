"""One model under a scheme on an engine, placed on one GPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from advisor.catalog.schemes import find_scheme
from advisor.deploy.chosen import Chosen
from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement

LLAMA = ModelProfile(
    name="Llama-3.1-8B-Instruct", source="catalogue", hf_id="meta-llama/Llama-3.1-8B-Instruct", n_layers=32
)


@pytest.fixture(scope="session")
def chosen() -> Callable[..., Chosen]:
    """(scheme, engine, changes): Llama-3.1-8B on one Ada GPU, 8192 tokens, one request."""
    gpu = Gpu(name="GPU", vendor="NVIDIA", compute_capability="8.9")

    def made(scheme: str, engine: str, **changes: Any) -> Chosen:
        fields: dict[str, Any] = {
            "model": LLAMA,
            "scheme": find_scheme(scheme),
            "imatrix": None,
            "engine": engine,
            "backend": "cuda",
            "placement": Placement(kind="gpu", n_gpus=1, gpu_layers=33, n_layers=32),
            "context_tokens": 8192,
            "threads": 8,
            "hardware": HardwareProfile(name="box", source="catalogue", gpus=(gpu,)),
        }
        return Chosen(**{**fields, **changes})

    return made
