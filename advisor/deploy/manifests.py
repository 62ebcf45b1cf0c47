"""A plan for a fleet as one set of Kubernetes manifests: a file for each kind of node, and all together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from advisor.deploy.targets import kubernetes
from advisor.deploy.targets._target import as_yaml, first_make, header, name_of
from advisor.documents.deployment import Deployment
from advisor.documents.fleet import FleetPlan, ShapePlan
from advisor.errors import UnsupportedError

_HOST = "kubernetes.io/hostname"
_LONGEST_MODEL = 30
"""Of a name that a number follows."""


def manifests(fleet: FleetPlan) -> tuple[dict[str, str], list[str]]:
    """(file name -> text, kinds of nodes without one and why); `kubectl apply -k` takes them all."""
    files, refused = {}, []
    for number, shape in enumerate(fleet.shapes, 1):
        start = shape.plan and shape.plan.deployment
        if not start:
            continue
        plan = _named(shape, start, number)
        try:
            found = kubernetes.documents(plan, replicas=shape.places * plan.replicas, where=_where(shape))
        except UnsupportedError as error:
            refused.append(f"{shape.hardware.name}: no manifest: {error}")
            continue
        what = f"{len(shape.nodes)} x {shape.hardware.name}"
        files[f"{name_of(plan)}.yaml"] = header(
            plan, what, *first_make(plan), *kubernetes.secret_note(plan)
        ) + as_yaml(found)
    if files:
        together = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": sorted(files),
        }
        files["kustomization.yaml"] = as_yaml([together])
    return files, refused


def _named(shape: ShapePlan, plan: Deployment, number: int) -> Deployment:
    """The plan under a name of its own in the fleet.

    A node whose GPU is cut up under NVIDIA's single strategy says so in its product, and offers the pieces as
    whole GPUs (https://docs.nvidia.com/datacenter/cloud-native/kubernetes/latest/mig.html).
    """
    single = any("-MIG-" in value for value in shape.selector.values())
    resources = replace(plan.resources, gpu_name=None) if single else plan.resources
    return replace(plan, name=f"{name_of(plan)[:_LONGEST_MODEL].strip('-')}-{number}", resources=resources)


def _where(shape: ShapePlan) -> dict[str, Any]:
    """The nodes by the labels that only they have, else by their names."""
    if shape.selector:
        return {"nodeSelector": dict(shape.selector)}
    names = {"key": _HOST, "operator": "In", "values": list(shape.nodes)}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [names]}]}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}}
