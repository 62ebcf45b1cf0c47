"""Ray Serve LLM, one node or several: https://docs.ray.io/en/latest/serve/llm/index.html."""

from __future__ import annotations

from typing import Any

from advisor.deploy.targets._settings import only_engine_of, settings
from advisor.deploy.targets._target import Target, as_yaml, first_make, header, name_of, served
from advisor.documents.deployment import Deployment

_FORM = "ray-serve"
_ACCELERATORS = ("H100", "H200", "B200", "L40S", "L4", "A10G", "T4")
"""Names of ray.util.accelerators that are one card each; others are left to the cluster."""


def _write(plan: Deployment) -> str:
    only_engine_of(plan, _FORM)
    run = served(plan, _FORM, image=False)
    model: dict[str, Any] = {
        "model_loading_config": {"model_id": name_of(plan), "model_source": plan.weights},
        "engine_kwargs": settings(plan, run),
        "deployment_config": {
            "autoscaling_config": {"min_replicas": plan.replicas, "max_replicas": plan.replicas}
        },
    }
    name = (plan.resources.gpu_name or "").split()
    accelerator = next((known for known in _ACCELERATORS if known in name), None)
    if accelerator:
        model["accelerator_type"] = accelerator
    # Ranks that share experts start and end together, which the builder for them sees to
    # (https://docs.ray.io/en/latest/serve/llm/user-guides/data-parallel-attention.html).
    together = "data_parallel_size" in model["engine_kwargs"]
    application = {
        "name": name_of(plan),
        "route_prefix": "/",
        "import_path": f"ray.serve.llm:build_{'dp_' if together else ''}openai_app",
        "args": {"llm_config": model} if together else {"llm_configs": [model]},
    }
    notes = tuple(f"a model behind a login: set {name} where the nodes of Ray start" for name in plan.secrets)
    return header(plan, *first_make(plan), *notes) + as_yaml([{"applications": [application]}])


TARGET = Target(name=_FORM, help="a Ray Serve LLM application (vLLM, one node or several)", write=_write)
