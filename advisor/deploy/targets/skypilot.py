"""A SkyPilot task: https://docs.skypilot.co/en/latest/reference/yaml-spec.html."""

from __future__ import annotations

import math
import re
from typing import Any

from advisor.deploy import shell
from advisor.deploy.targets._target import Target, as_yaml, header, in_image, name_of, served
from advisor.documents.deployment import Deployment
from advisor.errors import UnsupportedError

_FORM = "skypilot"
_LEAST_DISK_GB, _SYSTEM_GB = 256, 60
"""What SkyPilot takes when nothing is said, and room for image and system beside the weights."""
_START_S = 900
_LEADER = '"$(echo "$SKYPILOT_NODE_IPS" | head -n 1)"'
"""https://docs.skypilot.co/en/latest/running-jobs/distributed-jobs.html"""
_NOT_IN_A_NAME = r"\b(?:NVIDIA|GeForce|Tesla|Quadro|Radeon|Instinct|Generation|PCIe|SXM\d?|OAM|NVL|\d+ ?GB)\b"
_SIZED = {"A100": 80, "V100": 32}
"""Cards whose larger memory has a name of its own (`sky show-gpus`): A100-80GB, V100-32GB."""


def accelerator(gpu_name: str) -> str:
    """'A100 SXM4 80 GB' -> 'A100-80GB', 'GeForce RTX 4090' -> 'RTX4090', 'RTX 6000 Ada Generation' ->
    'RTX6000-Ada': the spelling of `sky show-gpus`."""
    plain = re.sub(_NOT_IN_A_NAME, " ", gpu_name, flags=re.IGNORECASE).split()
    name = "".join(part for part in plain if part != "Ada") + ("-Ada" if "Ada" in plain else "")
    size = _SIZED.get(name)
    return f"{name}-{size}GB" if size and re.search(rf"\b{size} ?GB\b", gpu_name) else name


def _write(plan: Deployment) -> str:
    run = served(plan, _FORM, image=plan.image is not None)
    if plan.workers and not plan.leader:
        raise UnsupportedError(f"{plan.engine} must be told its workers, which {_FORM} does not say")
    wanted = plan.resources
    nodes = 1 + len(plan.workers)
    resources: dict[str, Any] = {"ports": plan.port}
    if wanted.gpus and not wanted.gpu_name:
        raise UnsupportedError(f"the GPU has no name that {_FORM} could rent: name it with --hardware")
    if wanted.gpus:
        resources["accelerators"] = f"{accelerator(wanted.gpu_name or '')}:{wanted.gpus // nodes}"
    if wanted.disk_bytes:
        needed = math.ceil(wanted.disk_bytes / 1e9) + _SYSTEM_GB
        resources["disk_size"] = max(_LEAST_DISK_GB, needed)
    if plan.image:
        resources["image_id"] = f"docker:{plan.image}"
    document: dict[str, Any] = {"name": name_of(plan), "resources": resources}
    if nodes > 1:
        document["num_nodes"] = nodes
    if plan.secrets:
        document["secrets"] = dict.fromkeys(plan.secrets)
    if plan.health_path and nodes == 1:
        probe = {"path": plan.health_path, "initial_delay_seconds": _START_S}
        document["service"] = {"readiness_probe": probe, "replicas": plan.replicas}
    if plan.make:
        document["setup"] = "".join(f"{shell.block(command)}\n" for command in plan.make)
    document["run"] = f"{shell.block(run)}\n" if nodes == 1 else _ranks(plan)
    return header(plan) + as_yaml([document])


def _ranks(plan: Deployment) -> str:
    lines = ['case "$SKYPILOT_NODE_RANK" in']
    for rank, command in enumerate((plan.run, *plan.workers)):
        words = shell.line(in_image(plan, command) if plan.image else command)
        lines.append(f"  {rank}) {words.replace(plan.leader, _LEADER)} ;;")
    return "\n".join([*lines, "esac", ""])


TARGET = Target(name=_FORM, help="a SkyPilot task that rents the machine and serves", write=_write)
