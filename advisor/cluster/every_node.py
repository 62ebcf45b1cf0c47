"""The same work on every node of a cluster, alone there, as measurements must be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from advisor.cluster.connection import MOST_RETRIES, Cluster
from advisor.cluster.same import Asker, become, installed
from advisor.errors import AdvisorError


def on_every_node(
    cluster: Cluster, function: Callable[[Any], Any], pieces: Iterable[Any]
) -> Iterator[tuple[str, Any]]:
    """(node, function(piece)) of each piece on each node, in the order of pieces and nodes; the AdvisorError
    instead where the node failed or was lost.

    A task takes all cores and GPUs of its node, so that tasks of one node follow one another.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    task = cluster.ray.remote(max_retries=MOST_RETRIES)(_alone)
    asking = Asker(installed(), store=None)
    waiting = []
    nodes = [node for node in cluster.ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    for piece in pieces:
        for node in nodes:
            placed = task.options(
                num_cpus=node["Resources"]["CPU"],
                num_gpus=node["Resources"].get("GPU", 0),
                scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False),
            )
            waiting.append((node["NodeManagerHostname"], placed.remote(piece, function, asking)))
    for name, reference in waiting:
        try:
            yield name, cluster.result(reference)
        except AdvisorError as error:
            yield name, error


def _alone(piece: Any, function: Callable[[Any], Any], asking: Asker) -> Any:
    become(asking)
    return function(piece)
