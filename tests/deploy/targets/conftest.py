"""Plans that every form is tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from advisor.documents.deployment import Command, Deployment, Resources, TextFile

CANARY = "$(touch canary) `touch canary` ${HOME} {{ lookup('pipe', 'touch canary') }} %n '\"; touch canary #"


@pytest.fixture
def plan() -> Callable[..., Deployment]:
    """A served model on one GPU; keyword arguments change it."""

    def made(**changes: Any) -> Deployment:
        fields: dict[str, Any] = {
            "model": "meta-llama/Llama-3.1-8B-Instruct",
            "scheme": "BF16",
            "engine": "vllm",
            "engine_version": "1",
            "repository": "meta-llama/Llama-3.1-8B-Instruct",
            "weights": "meta-llama/Llama-3.1-8B-Instruct",
            "ready_made": True,
            "backend": "cuda",
            "image": "vllm/vllm-openai:v1",
            "run": Command(
                argv=(
                    "vllm",
                    "serve",
                    "meta-llama/Llama-3.1-8B-Instruct",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    "8000",
                ),
                env={"SOME_SETTING": "1"},
            ),
            "port": 8000,
            "health_path": "/health",
            "secrets": ("HF_TOKEN",),
            "resources": Resources(
                gpus=1,
                gpu_name="GeForce RTX 4090",
                gpu_vendor="NVIDIA",
                main_memory_bytes=2**30,
                disk_bytes=16 * 10**9,
            ),
        }
        return Deployment(**{**fields, **changes})

    return made


@pytest.fixture
def canary_plan(plan: Callable[..., Deployment]) -> Deployment:
    """Weights, name and setting that would make a file called `canary` if anything ran or replaced them."""
    run = Command(
        argv=("vllm", "serve", CANARY, "--host", "127.0.0.1", "--port", "8000"), env={"SETTING": CANARY}
    )
    return plan(run=run, model=f"x\n{CANARY}", weights=CANARY, warnings=(f"x\ntouch canary\n{CANARY}",))


@pytest.fixture
def made_plan(plan: Callable[..., Deployment]) -> Deployment:
    """Weights that must be made first, and a file that the engine reads."""
    return plan(
        repository=None,
        ready_made=False,
        weights="./model",
        make=(Command(argv=("make-it",), makes="model"),),
        run=Command(
            argv=("vllm", "serve", "./model", "--config", "serve.yml", "--port", "8000"),
            files=(TextFile(name="serve.yml", text="a: $HOME\n"),),
        ),
    )


@pytest.fixture
def two_nodes(plan: Callable[..., Deployment]) -> Deployment:
    """A model over two nodes of eight GPUs."""
    words = ("vllm", "serve", "m", "--nnodes", "2", "--master-addr", "LEADER_ADDRESS", "--node-rank")
    return plan(
        run=Command(argv=(*words, "0", "--host", "127.0.0.1")),
        workers=(Command(argv=(*words, "1", "--headless")),),
        leader="LEADER_ADDRESS",
        resources=Resources(gpus=16, gpu_name="H100 SXM5 80 GB", gpu_vendor="NVIDIA", disk_bytes=10**12),
    )
