"""From a cluster's nodes to manifests that Kubernetes takes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.deploy.manifests import manifests
from advisor.documents.fleet import FleetPlan
from advisor.documents.inventory import InventoryMachine
from advisor.documents.requirements import Requirements
from advisor.recommendation.capacity import plan_fleet

VALIDATE = Path(sys.executable).with_name("kubernetes-validate")
PRODUCT = "nvidia.com/gpu.product"


@pytest.fixture(scope="module")
def fleet() -> FleetPlan:
    """Two equal nodes with a label of their own, and one without labels."""
    card, other = resolve_hardware("RTX 4090"), resolve_hardware("L40S")
    labels = {PRODUCT: "NVIDIA-GeForce-RTX-4090"}
    machines = [InventoryMachine(node=node, hardware=card, selector=labels) for node in ("a", "b")]
    machines.append(InventoryMachine(node="c", hardware=other))
    need = Requirements(model="Qwen3-8B", engines=("vllm",))
    return plan_fleet(need, machines, resolve_model("Qwen3-8B"))


def pods(files: dict[str, str]) -> dict[str, tuple[int, dict]]:
    """Name -> (replicas, pod specification)."""
    documents = [d for text in files.values() for d in yaml.safe_load_all(text)]
    found = [d for d in documents if d["kind"] == "Deployment"]
    return {d["metadata"]["name"]: (d["spec"]["replicas"], d["spec"]["template"]["spec"]) for d in found}


def test_kubernetes_accepts_the_whole_set(tmp_path, fleet):
    """Every file in its strict form; the kustomization names them all."""
    files, refused = manifests(fleet)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    named = yaml.safe_load(files["kustomization.yaml"])["resources"]
    command = [str(VALIDATE), "--strict", *(str(tmp_path / name) for name in named)]
    done = subprocess.run(command, capture_output=True, text=True)
    said = (done.stdout + done.stderr).strip().splitlines()
    assert (refused, [line for line in said if "passed" not in line]) == ([], [])
    assert (
        sorted(named) == sorted(set(files) - {"kustomization.yaml"}) == ["qwen3-8b-1.yaml", "qwen3-8b-2.yaml"]
    )


def test_nodes_are_chosen_by_labels_that_only_they_have(fleet):
    """Without such labels by their names; equal nodes are replicas."""
    found = sorted(pods(manifests(fleet)[0]).values(), key=lambda pod: -pod[0])
    assert [(replicas, pod.get("nodeSelector")) for replicas, pod in found] == [
        (2, {PRODUCT: "NVIDIA-GeForce-RTX-4090"}),
        (1, None),
    ]
    terms = found[1][1]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert terms["nodeSelectorTerms"][0]["matchExpressions"][0]["values"] == ["c"]


def test_a_kind_without_an_image_is_said(fleet):
    """The others are written all the same."""
    first = fleet.shapes[0]
    bare = replace(first, plan=replace(first.plan, deployment=replace(first.plan.deployment, image=None)))
    files, refused = manifests(replace(fleet, shapes=(bare, *fleet.shapes[1:])))
    assert (sorted(files), len(refused)) == (["kustomization.yaml", "qwen3-8b-2.yaml"], 1)
    assert "no container image" in refused[0]
