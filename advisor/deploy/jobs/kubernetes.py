"""Kubernetes Jobs that measure, one on each node, with all its GPUs; their logs are the rows.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from advisor.deploy import shell
from advisor.deploy.targets import _pods
from advisor.deploy.targets._target import as_yaml
from advisor.documents.deployment import Resources
from advisor.documents.inventory import InventoryMachine
from advisor.errors import UnsupportedError

_LABEL = {"app.kubernetes.io/name": "advisor-measure"}
_LONGEST_NODE = 40
"""Characters of a node's name in that of its Job: a label of DNS has 63, and a pod's name ends in more."""
_TRIES = 3
"""Of a node: the first may meet an image that cannot be pulled yet, or an eviction."""
_HEADER = """\
# One Job for each node, alone on its GPUs. When all are complete, their logs are the rows:
#   kubectl logs --selector app.kubernetes.io/name=advisor-measure --tail=-1 > rows.jsonl
#   advisor measurements import rows.jsonl
# What a Job that fails had to say: kubectl describe pods --selector app.kubernetes.io/name=advisor-measure
"""
# A pod's log holds both streams, so what is said beside the rows goes to the pod's status instead.
_SHELL = ("sh", "-c", 'exec "$@" 2>/dev/termination-log', "measure")


def jobs(argv: Sequence[str], image: str, machines: Iterable[InventoryMachine]) -> tuple[str, list[str]]:
    """(manifests that run *argv*, a command that prints rows as JSON lines, in *image* on each machine;
    machines left out and why). Without machines one Job on whatever node is free.

    Raises UnsupportedError where every machine is left out.
    """
    found: list[dict[str, Any]] = []
    refused: list[str] = []
    seen: set[tuple[str, str | None]] = set()
    for machine in machines:
        try:
            if machine.why_not:
                raise UnsupportedError(machine.why_not)
            resource = _pods.gpu_resource(_resources(machine))
        except UnsupportedError as error:
            refused.append(f"{machine.node}: no job: {error}")
            continue
        if (machine.node, resource) not in seen:
            seen.add((machine.node, resource))
            found.append(_job(f"{len(found) + 1}", argv, image, _placed(machine, resource)))
    if not found:
        if refused:
            raise UnsupportedError("; ".join(refused))
        found = [_job("1", argv, image, {})]
    notes = "".join(f"{shell.comment(line)}\n" for line in refused)
    return _HEADER + notes + as_yaml(found), refused


def _resources(machine: InventoryMachine) -> Resources:
    gpus = machine.hardware.gpus
    if not gpus:
        return Resources()
    # Slices under NVIDIA's single strategy are offered as whole GPUs, and the product says so
    # (https://docs.nvidia.com/datacenter/cloud-native/kubernetes/latest/mig.html).
    single = any("-MIG-" in value for value in machine.selector.values())
    return Resources(gpus=len(gpus), gpu_name=None if single else gpus[0].name, gpu_vendor=gpus[0].vendor)


def _placed(machine: InventoryMachine, resource: str | None) -> dict[str, Any]:
    """The node, its GPUs, and the name that the Job gets from it."""
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [machine.node]}]}
    wanted = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    found: dict[str, Any] = {"node": machine.node, "affinity": {"nodeAffinity": wanted}}
    if resource:
        count = {resource: str(len(machine.hardware.gpus))}
        found["resources"] = {"requests": count, "limits": dict(count)}
        found["tolerations"] = [{"key": resource, "operator": "Exists", "effect": "NoSchedule"}]
    return found


def _job(number: str, argv: Sequence[str], image: str, placed: dict[str, Any]) -> dict[str, Any]:
    node = re.sub(r"[^a-z0-9]+", "-", str(placed.pop("node", "")).lower())[:_LONGEST_NODE].strip("-")
    resources = placed.pop("resources", None)
    container: dict[str, Any] = {
        "name": "measure",
        "image": image,
        "command": list(_SHELL),
        "args": [_pods.word(word) for word in argv],
        "securityContext": {"allowPrivilegeEscalation": False},
    }
    if resources:
        container["resources"] = resources
    spec = {"restartPolicy": "Never", "automountServiceAccountToken": False, **placed}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "-".join(filter(None, ("measure", number, node))), "labels": dict(_LABEL)},
        "spec": {
            "backoffLimit": _TRIES - 1,
            "template": {"metadata": {"labels": dict(_LABEL)}, "spec": spec | {"containers": [container]}},
        },
    }
