"""Values of the Helm chart vllm-stack (production-stack), chart 0.1.12:
https://github.com/vllm-project/production-stack/blob/main/helm/README.md."""

from __future__ import annotations

import math
from typing import Any

from advisor.deploy.targets._settings import as_words, only_engine_of, settings
from advisor.deploy.targets._target import Target, as_yaml, first_make, header, name_of, one_node, served
from advisor.deploy.targets.kubernetes import secret_note
from advisor.documents.deployment import Deployment
from advisor.errors import UnsupportedError

_FORM = "helm"
_NAMES = {
    "max_model_len": "maxModelLen",
    "dtype": "dtype",
    "tensor_parallel_size": "tensorParallelSize",
    "pipeline_parallel_size": "pipelineParallelSize",
    "max_num_seqs": "maxNumSeqs",
    "gpu_memory_utilization": "gpuMemoryUtilization",
}
"""Settings that the chart has names for (helm/values.schema.json); the others go as `extraArgs`."""
_PROCESSES = 2
"""Cores beside one a GPU: the API server and the engine
(https://docs.vllm.ai/en/latest/configuration/optimization/)."""
_MEMORY = "16Gi"
"""Of the chart's own smallest example (tutorials/assets/values-01-minimal-example.yaml)."""
_ROOM = 1.2
"""The claim over the weights: tokenizer and a file that is being replaced."""


def _write(plan: Deployment) -> str:
    only_engine_of(plan, _FORM)
    one_node(plan, _FORM)
    run = served(plan, _FORM)
    if first_make(plan) or plan.repository is None:
        raise UnsupportedError("the chart downloads its model, and this one is a file: --format kubernetes")
    if any("{{" in word for word in run.argv):
        raise UnsupportedError(f"{_FORM} reads {{{{...}}}} as a template: rename the model")
    given = settings(plan, run)
    config: dict[str, Any] = {_NAMES[name]: value for name, value in given.items() if name in _NAMES}
    extra = as_words({name: value for name, value in given.items() if name not in _NAMES})
    if extra:
        config["extraArgs"] = extra
    wanted = plan.resources
    image, _, tag = (plan.image or "").rpartition(":")
    model: dict[str, Any] = {
        "name": name_of(plan),
        "repository": image,
        "tag": tag,
        "modelURL": plan.weights,
        "replicaCount": plan.replicas,
        "requestCPU": _PROCESSES + wanted.gpus,
        "requestMemory": _memory(wanted.main_memory_bytes),
        "requestGPU": wanted.gpus,
        "vllmConfig": config,
    }
    if wanted.disk_bytes:
        model["pvcStorage"] = f"{math.ceil(wanted.disk_bytes * _ROOM / 2**30)}Gi"
    for name in plan.secrets:
        model["hf_token"] = {"secretName": name.lower().replace("_", "-"), "secretKey": "token"}
    document = {"servingEngineSpec": {"modelSpec": [model]}}
    return header(plan, *secret_note(plan)) + as_yaml([document])


def _memory(size_bytes: int | None) -> str:
    return f"{math.ceil(size_bytes * _ROOM / 2**20)}Mi" if size_bytes else _MEMORY


TARGET = Target(name=_FORM, help="values of the production-stack chart (vLLM on Kubernetes)", write=_write)
