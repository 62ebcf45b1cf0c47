"""Jobs that measure are taken by Kubernetes' own schema, one on each node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from advisor.catalog.resolve import resolve_hardware
from advisor.deploy.jobs.kubernetes import jobs
from advisor.documents.inventory import InventoryMachine
from advisor.errors import UnsupportedError

VALIDATE = Path(sys.executable).with_name("kubernetes-validate")
ARGV = ("advisor", "measure", "bandwidth", "--dry", "--format=jsonl")


def machine(node: str, hardware: str, **facts) -> InventoryMachine:
    """A node of a cluster."""
    return InventoryMachine(node=node, hardware=resolve_hardware(hardware), **facts)


def documents(*machines: InventoryMachine, argv: tuple[str, ...] = ARGV) -> list[dict]:
    """The Jobs."""
    return list(yaml.safe_load_all(jobs(argv, "registry.local/advisor:1", machines)[0]))


def test_kubernetes_accepts_the_jobs(tmp_path):
    """Two GPUs, none, and a node whose name no label could hold, in the strict form."""
    machines = (machine("gpu-1.example", "2x L40S"), machine("Cpu_2", "EPYC 9654 384GB"))
    file = tmp_path / "jobs.yaml"
    file.write_text(jobs(ARGV, "registry.local/advisor:1", machines)[0])
    done = subprocess.run([str(VALIDATE), "--strict", str(file)], capture_output=True, text=True)
    said = (done.stdout + done.stderr).strip().splitlines()
    assert (2, []) == (len(said), [line for line in said if "passed" not in line])


def test_each_node_has_its_job_with_all_its_gpus():
    """By the node's own name, so that a failed one is tried again where it failed."""
    found = documents(machine("gpu-1.example", "2x L40S"), machine("cpu", "EPYC 9654 384GB"))
    assert ["measure-1-gpu-1-example", "measure-2-cpu"] == [one["metadata"]["name"] for one in found]
    pods = [one["spec"]["template"]["spec"] for one in found]
    terms = [
        pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        for pod in pods
    ]
    assert [["gpu-1.example"], ["cpu"]] == [term[0]["matchFields"][0]["values"] for term in terms]
    limits = [pod["containers"][0].get("resources", {}).get("limits") for pod in pods]
    assert [{"nvidia.com/gpu": "2"}, None] == limits


def test_a_node_that_takes_no_work_is_left_out_and_said():
    """Without any other node it is the error."""
    down = machine("b", "L40S", why_not="it is cordoned")
    text, refused = jobs(ARGV, "i", (machine("a", "L40S"), down))
    assert (["b: no job: it is cordoned"], 1) == (refused, text.count("kind: Job"))
    with pytest.raises(UnsupportedError, match="b: no job: it is cordoned"):
        jobs(ARGV, "i", (down,))


def test_words_are_not_expanded():
    """Neither by Kubernetes, which replaces $(NAME), nor by the shell that parts the two streams."""
    (job,) = documents(argv=("advisor", "$(HOME) `id` 'x'"))
    container = job["spec"]["template"]["spec"]["containers"][0]
    assert ["advisor", "$$(HOME) `id` 'x'"] == container["args"]
    assert ["sh", "-c", 'exec "$@" 2>/dev/termination-log', "measure"] == container["command"]
