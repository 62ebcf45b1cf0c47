"""One model over many machines."""

from dataclasses import replace

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.inventory import InventoryMachine
from advisor.documents.requirements import Load, Requirements
from advisor.recommendation.capacity import plan_fleet
from advisor.recommendation.recommend import recommend

NEED = Requirements(
    model="Llama-3.1-8B", context_tokens=2048, engines=("vllm",), loads=(Load(concurrency=16),)
)


def machine(node: str, hardware: str, **more) -> InventoryMachine:
    """A node of an inventory."""
    profile = replace(resolve_hardware(hardware), name=f"{hardware} ({node})")
    return InventoryMachine(node=node, hardware=profile, **more)


def test_equal_machines_are_planned_once_and_added_up():
    """Three equal nodes are one shape whose capacity is three times the plan's, interval included."""
    model = resolve_model("Llama-3.1-8B")
    (found,) = plan_fleet(NEED, [machine(name, "L40S") for name in "abc"], model).shapes
    alone = recommend(NEED, resolve_hardware("L40S"), model).recommendation.predicted.throughput_tokens_per_s
    assert (("a", "b", "c"), 3, 48) == (found.nodes, found.places, found.capacity.concurrency)
    together = found.capacity.throughput_tokens_per_s
    assert (3 * alone.value, 3 * alone.low, 3 * alone.high) == (together.value, together.low, together.high)


def test_unlike_machines_are_summed():
    """The whole is the sum of its shapes, and machines that take no work are named and not counted."""
    machines = [
        machine("a", "L40S"),
        machine("b", "H100 SXM"),
        machine("c", "L40S", why_not="it is cordoned"),
    ]
    document = plan_fleet(NEED, machines, resolve_model("Llama-3.1-8B"))
    assert document.capacity.throughput_tokens_per_s.value == sum(
        found.capacity.throughput_tokens_per_s.value for found in document.shapes
    )
    assert [("c", "it is cordoned")] == [(node.node, node.why_not) for node in document.unused]
    assert [("b",), ("a",)] == [found.nodes for found in document.shapes]


def test_slices_are_places():
    """A node with seven slices counts seven times."""
    (found,) = plan_fleet(
        replace(NEED, model="Qwen2.5-0.5B", loads=(Load(),)),
        [machine("a", "A100 MIG 1g.5gb", count=7)],
        resolve_model("Qwen2.5-0.5B"),
    ).shapes
    assert (7, 7) == (found.places, found.capacity.concurrency)


def test_the_load_that_brings_the_most_is_taken():
    """Without a number of requests each shape takes the tried one with the most tokens/s."""
    model = resolve_model("Llama-3.1-8B")
    tried = {
        at: plan_fleet(replace(NEED, loads=(Load(concurrency=at),)), [machine("a", "L40S")], model)
        .shapes[0]
        .capacity.throughput_tokens_per_s.value
        for at in (1, 16)
    }
    best = plan_fleet(NEED, [machine("a", "L40S")], model, tried=(1, 16)).shapes[0].capacity
    assert max(tried.values()) == best.throughput_tokens_per_s.value


def test_nothing_fits_anywhere():
    """A model too large for every node: status, nearest miss, and no capacity."""
    document = plan_fleet(
        replace(NEED, model="Llama-3.1-405B"), [machine("a", "L40S")], resolve_model("Llama-3.1-405B")
    )
    assert ("nothing_fits", None, 0) == (
        document.status,
        document.capacity.throughput_tokens_per_s,
        document.capacity.concurrency,
    )
    assert document.shapes[0].nearest_miss is not None
