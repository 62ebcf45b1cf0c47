"""Kubernetes: a claim for the weights, a Deployment and a Service."""

from __future__ import annotations

from typing import Any

from advisor.deploy.targets import _pods
from advisor.deploy.targets._target import Target, as_yaml, first_make, header, name_of, one_node, served
from advisor.documents.deployment import Deployment

_FORM = "kubernetes"


def documents(
    plan: Deployment, *, replicas: int, where: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The manifests, on nodes that *where* chooses (`nodeSelector` or `affinity` of a pod).

    UnsupportedError for a plan they cannot say.
    """
    one_node(plan, _FORM)
    run = served(plan, _FORM)
    spec = _pods.pod(plan, run)
    spec = {**(where or {}), **spec}
    claim = _pods.claim(plan)
    if claim and replicas > 1:
        claim["spec"]["accessModes"] = ["ReadWriteMany"]
    found = [claim, _pods.files(plan, run), _deployment(plan, spec, replicas), service(plan)]
    return [document for document in found if document is not None]


def service(plan: Deployment) -> dict[str, Any]:
    """The address of the pods inside the cluster."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name_of(plan), "labels": _pods.labels(plan)},
        "spec": {
            "selector": _pods.labels(plan),
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        },
    }


def _deployment(plan: Deployment, spec: dict[str, Any], replicas: int) -> dict[str, Any]:
    labels = _pods.labels(plan)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name_of(plan), "labels": labels},
        "spec": {
            "replicas": replicas,
            "strategy": {"type": "Recreate"},  # a second copy would wait for the GPUs of the first
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def _write(plan: Deployment) -> str:
    return header(plan, *first_make(plan), *secret_note(plan)) + as_yaml(
        documents(plan, replicas=plan.replicas)
    )


def secret_note(plan: Deployment) -> tuple[str, ...]:
    """How the secrets get into the cluster."""
    return tuple(
        f"a model behind a login: kubectl create secret generic {name.lower().replace('_', '-')} "
        f"--from-literal=token=..."
        for name in plan.secrets
    )


TARGET = Target(name=_FORM, help="a Deployment with its volume claim and Service", write=_write)
