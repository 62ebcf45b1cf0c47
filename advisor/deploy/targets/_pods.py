"""What Kubernetes forms share: the container, its volumes, probes and devices.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from __future__ import annotations

import math
import re
from typing import Any

from advisor.deploy.targets._target import CACHE, MODELS, container_env, folder_of_weights, name_of
from advisor.documents.deployment import Command, Deployment, Resources
from advisor.errors import UnsupportedError

_RESOURCES = {"NVIDIA": "nvidia.com/gpu", "AMD": "amd.com/gpu", "Intel": "gpu.intel.com/xe"}
"""What each vendor's device plugin offers (https://github.com/NVIDIA/k8s-device-plugin,
https://github.com/ROCm/k8s-device-plugin, https://intel.github.io/intel-device-plugins-for-kubernetes/)."""
_PROBE_PERIOD_S = 10
_LEAST_PROBES = 90
"""A quarter of an hour to load, and one period more for each gigabyte: 100 MB/s is a gigabit line."""
_SHARED_MEMORY = "16Gi"
"""Of the processes of tensor parallelism; it is memory of the pod only as far as it is used
(https://docs.vllm.ai/en/latest/deployment/k8s.html)."""
_ROOM = 1.2
"""The claim over the weights: tokenizer, locks and a file that is being replaced."""


def claim(plan: Deployment) -> dict[str, Any] | None:
    """The volume claim of the weights; None where they lie on the node, or nobody knows their size."""
    folder, size = folder_of_weights(plan), plan.resources.disk_bytes
    if folder not in (None, ".") or not size:
        return None
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"{name_of(plan)}-weights", "labels": labels(plan)},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": f"{math.ceil(size * _ROOM / 2**30)}Gi"}},
        },
    }


def labels(plan: Deployment) -> dict[str, str]:
    """What the service finds the pods by."""
    return {"app.kubernetes.io/name": name_of(plan)}


def pod(plan: Deployment, command: Command, *, probed: bool = True) -> dict[str, Any]:
    """The specification of a pod that runs *command*."""
    mounts, volumes = _volumes(plan)
    if command.files:
        mounts += [
            {"name": "files", "mountPath": f"{MODELS}/{file.name}", "subPath": file.name}
            for file in command.files
        ]
        volumes.append({"name": "files", "configMap": {"name": f"{name_of(plan)}-files"}})
    container: dict[str, Any] = {
        "name": "server",
        "image": plan.image,
        "command": [word(command.argv[0])],
        "args": [word(part) for part in command.argv[1:]],
        "env": [
            *({"name": name, "value": word(value)} for name, value in container_env(plan, command).items()),
            *(_secret(name) for name in plan.secrets),
        ],
        "ports": [{"name": "http", "containerPort": plan.port}],
        "resources": _resources(plan),
        "securityContext": {"allowPrivilegeEscalation": False},
        "volumeMounts": mounts,
    }
    if folder_of_weights(plan) is not None or command.files:
        container["workingDir"] = MODELS
    if probed and plan.health_path:
        container |= _probes(plan)
    spec: dict[str, Any] = {"automountServiceAccountToken": False, "enableServiceLinks": False}
    resource = gpu_resource(plan.resources)
    if resource:
        spec["tolerations"] = [{"key": resource, "operator": "Exists", "effect": "NoSchedule"}]
    return spec | {"containers": [container], "volumes": volumes}


def files(plan: Deployment, command: Command) -> dict[str, Any] | None:
    """The small files a command reads."""
    if not command.files:
        return None
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{name_of(plan)}-files", "labels": labels(plan)},
        "data": {file.name: file.text for file in command.files},
    }


def word(text: str) -> str:
    """Kubernetes replaces $(NAME); two dollars stand for one."""
    return text.replace("$(", "$$(")


def gpu_resource(wanted: Resources) -> str | None:
    """What the device plugin calls the GPUs; None where there are none; UnsupportedError where none is known.

    A slice of a GPU is a resource of its own under NVIDIA's mixed strategy.
    """
    if not wanted.gpus:
        return None
    piece = re.search(r"\b(\d+g\.\d+gb)\b", wanted.gpu_name or "")
    if piece:
        return f"nvidia.com/mig-{piece[1]}"
    vendor = wanted.gpu_vendor or "NVIDIA"
    if vendor not in _RESOURCES:
        raise UnsupportedError(f"no Kubernetes device plugin for {vendor} GPUs is known")
    return _RESOURCES[vendor]


def _resources(plan: Deployment) -> dict[str, Any]:
    wanted = plan.resources
    found: dict[str, Any] = {}
    if wanted.main_memory_bytes:
        memory = f"{math.ceil(wanted.main_memory_bytes * _ROOM / 2**20)}Mi"
        found = {"requests": {"memory": memory}, "limits": {"memory": memory}}
    resource = gpu_resource(plan.resources)
    if resource:
        count = str(wanted.gpus // (1 + len(plan.workers)))
        found.setdefault("requests", {})[resource] = count
        found.setdefault("limits", {})[resource] = count
    return found


def _secret(name: str) -> dict[str, Any]:
    reference = {"name": name.lower().replace("_", "-"), "key": "token", "optional": True}
    return {"name": name, "valueFrom": {"secretKeyRef": reference}}


def _probes(plan: Deployment) -> dict[str, Any]:
    get = {"httpGet": {"path": plan.health_path, "port": "http"}}
    tries = _LEAST_PROBES + (plan.resources.disk_bytes or 0) // 10**9
    return {
        "startupProbe": {**get, "failureThreshold": tries, "periodSeconds": _PROBE_PERIOD_S},
        "readinessProbe": {**get, "periodSeconds": _PROBE_PERIOD_S},
        "livenessProbe": {**get, "periodSeconds": 30, "failureThreshold": 5, "timeoutSeconds": 10},
    }


def _volumes(plan: Deployment) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    folder = folder_of_weights(plan)
    shared = {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": _SHARED_MEMORY}}
    inside = CACHE if folder is None else MODELS if folder == "." else word(folder)
    where: dict[str, Any] = {"emptyDir": {}}
    if folder not in (None, "."):
        where = {"hostPath": {"path": folder, "type": "Directory"}}
    elif claim(plan) is not None:
        where = {"persistentVolumeClaim": {"claimName": f"{name_of(plan)}-weights"}}
    mounts = [{"name": "weights", "mountPath": inside}, {"name": "shm", "mountPath": "/dev/shm"}]
    return mounts, [{"name": "weights", **where}, shared]
