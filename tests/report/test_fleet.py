"""A fleet's plan as a page of text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.fleet import FleetPlan
from advisor.documents.inventory import InventoryMachine
from advisor.documents.requirements import Load, Requirements
from advisor.recommendation.capacity import plan_fleet
from advisor.report.fleet import fleet_text

NEED = Requirements(model="Llama-3.1-8B", engines=("vllm",), loads=(Load(concurrency=16),))


@pytest.fixture(scope="module")
def fleet() -> FleetPlan:
    """Four equal nodes, one card too small, and a cordoned node whose name is an escape sequence."""
    machines = [InventoryMachine(node=node, hardware=resolve_hardware("L40S")) for node in "abcd"]
    machines.append(InventoryMachine(node="small", hardware=resolve_hardware("RTX A1000")))
    machines.append(
        InventoryMachine(node="\x1b[2J", hardware=resolve_hardware("L40S"), why_not="it is cordoned")
    )
    return plan_fleet(NEED, machines, resolve_model("Llama-3.1-8B"))


def test_one_line_a_kind_of_machine_and_the_sum(fleet):
    """Four places of an L40S; what carries no plan says so in its line."""
    lines = fleet_text(fleet).splitlines()
    assert lines[0].split() == [
        *("nodes", "machine", "scheme", "engine", "at", "once", "requests/s", "tokens/s", "loss", "%")
    ]
    assert lines[1].split()[:2] == ["4", "L40S"]
    assert "nothing fits" in lines[2]
    assert next(line for line in lines if line.startswith("Together: ")).endswith(", 64 requests at once")


def test_three_nodes_are_named_and_the_rest_counted(fleet):
    """The command stands below."""
    lines = fleet_text(fleet).splitlines()
    assert lines[lines.index("a, b, c and 1 more:") + 1] == f"  {fleet.shapes[0].plan.run_command}"


def test_a_machine_without_a_plan_says_what_it_misses(fleet):
    """By how much, where anything comes near."""
    missing = next(shape for shape in fleet.shapes if shape.plan is None)
    text = fleet_text(fleet)
    assert [miss for miss in missing.nearest_miss.misses if miss not in text] == []


def test_unused_nodes_have_their_reason_and_steer_no_terminal(fleet):
    """Names of nodes come from other tools."""
    assert "  \\x1b[2J: it is cordoned" in fleet_text(fleet).splitlines()


def test_what_nobody_measured_is_said(fleet):
    """Instead of a figure."""
    nothing = replace(fleet.capacity, requests_per_s=None, throughput_tokens_per_s=None)
    assert "Together: not measured, not measured, 64 requests at once" in fleet_text(
        replace(fleet, capacity=nothing)
    )
