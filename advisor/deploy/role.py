"""A plan for a fleet as an Ansible role: every kind of machine its unit, chosen by its name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from advisor.catalog.support import system_of
from advisor.deploy.targets._target import Unsafe, as_yaml, header, name_of
from advisor.deploy.targets.ansible import tasks
from advisor.documents.fleet import FleetPlan, ShapePlan
from advisor.errors import UnsupportedError

ROLE = "model_server"
_WITH_SYSTEMD = "linux"
"""The system whose usual distributions have it."""


def role(fleet: FleetPlan) -> tuple[dict[str, str], list[str]]:
    """(file name -> text, kinds of machines left out and why); `ansible-playbook site.yml` plays it."""
    files: dict[str, str] = {}
    refused, included, handlers = [], [], []
    planned: list[str] = []
    for number, shape in enumerate(fleet.shapes, 1):
        start = shape.plan and shape.plan.deployment
        if not start:
            continue
        plan = replace(start, name=f"{name_of(start)[:30].strip('-')}-{number}")
        name = name_of(plan)
        try:
            _one_unit_each(shape, planned)
            steps, handler = tasks(plan, restart=f"Restart {name}")
        except UnsupportedError as error:
            refused.append(f"{shape.hardware.name}: no role: {error}")
            continue
        files[f"roles/{ROLE}/tasks/{name}.yml"] = header(plan) + as_yaml([steps])
        handlers += handler
        included.append(_include(name, shape.nodes))
        planned += shape.nodes
    if included:
        files[f"roles/{ROLE}/tasks/main.yml"] = as_yaml([[*included, _nothing(planned)]])
        files[f"roles/{ROLE}/handlers/main.yml"] = as_yaml([handlers])
        play = {"name": "Serve", "hosts": "all", "become": True, "gather_facts": False, "roles": [ROLE]}
        files["site.yml"] = as_yaml([[play]])
    return files, refused


def _one_unit_each(shape: ShapePlan, planned: list[str]) -> None:
    """UnsupportedError where a unit on each of the nodes is not the plan."""
    if system_of(shape.hardware.os or _WITH_SYSTEMD) != _WITH_SYSTEMD:
        raise UnsupportedError("its system has no systemd")
    if shape.places > len(shape.nodes) or set(shape.nodes) & set(planned):
        raise UnsupportedError(
            f"{shape.nodes[0]} has several places, and a unit would take all its GPUs: --manifests, or one "
            "unit for each with CUDA_VISIBLE_DEVICES"
        )


def _nothing(planned: list[str]) -> dict[str, Any]:
    """A host under another name than the inventory's would be left as it is without a word."""
    return {
        "name": "Machines that serve nothing",
        "ansible.builtin.debug": {"msg": "nothing is planned for a machine of this name"},
        "vars": {"machines": [Unsafe(node) for node in dict.fromkeys(planned)]},
        "when": "inventory_hostname not in machines",
    }


def _include(name: str, nodes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": f"Machines that serve {name}",
        "ansible.builtin.include_tasks": f"{name}.yml",
        "vars": {"machines": [Unsafe(node) for node in nodes]},
        "when": "inventory_hostname in machines",
    }
