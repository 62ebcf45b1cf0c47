"""LeaderWorkerSet, a group of pods over several nodes: https://lws.sigs.k8s.io/docs/reference/leaderworkerset.v1/.

The controller gives every pod LWS_LEADER_ADDRESS.
"""

from __future__ import annotations

from typing import Any

from advisor.deploy.targets import _pods
from advisor.deploy.targets._target import (
    Target,
    as_yaml,
    first_make,
    folder_of_weights,
    header,
    in_image,
    name_of,
    served,
)
from advisor.deploy.targets.kubernetes import secret_note
from advisor.documents.deployment import Command, Deployment
from advisor.errors import UnsupportedError

_FORM = "lws"
_RANK_FLAG = "--node-rank"
"""As the engines that span nodes call it."""
_LEADER, _RANK = "$(LWS_LEADER_ADDRESS)", "$(LWS_WORKER_INDEX)"


def _write(plan: Deployment) -> str:
    if not plan.workers:
        raise UnsupportedError("the plan takes one node, and lws is for several: --format kubernetes")
    if not plan.leader:
        raise UnsupportedError(f"{plan.engine} must be told where its workers are, which lws does not say")
    run = served(plan, _FORM)
    labels = _pods.labels(plan)
    template = {
        "size": 1 + len(plan.workers),
        "restartPolicy": "RecreateGroupOnPodRestart",
        "leaderTemplate": {"metadata": {"labels": labels}, "spec": _spec(plan, run, probed=True)},
        "workerTemplate": {"spec": _spec(plan, _any_worker(plan), probed=False)},
    }
    group = {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": {"name": name_of(plan), "labels": labels},
        "spec": {"replicas": 1, "leaderWorkerTemplate": template},
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": f"{name_of(plan)}-http", "labels": labels},
        "spec": {"selector": labels, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]},
    }
    return header(plan, *first_make(plan), *secret_note(plan)) + as_yaml([*_shared(plan), group, service])


def _shared(plan: Deployment) -> list[dict[str, Any]]:
    """The claim of weights that are made once for all nodes; none where every node downloads its own."""
    claim = _pods.claim(plan) if folder_of_weights(plan) == "." else None
    if claim is None:
        return []
    claim["spec"]["accessModes"] = ["ReadWriteMany"]
    return [claim]


def _any_worker(plan: Deployment) -> Command:
    """The command of rank 1 with its rank left open: all workers share one template."""
    first = in_image(plan, plan.workers[0])
    words = list(first.argv)
    words[words.index(_RANK_FLAG) + 1] = _RANK
    return Command(argv=tuple(words), env=first.env)


def _spec(plan: Deployment, command: Command, *, probed: bool) -> dict[str, Any]:
    spec = _pods.pod(plan, command, probed=probed)
    container = spec["containers"][0]
    container["args"] = [
        word.replace(plan.leader, _LEADER)
        for word in (arg.replace("$$" + _RANK[1:], _RANK) for arg in container["args"])
    ]
    if folder_of_weights(plan) is None:
        spec["volumes"] = [_own_copy(volume) for volume in spec["volumes"]]
    return spec


def _own_copy(volume: dict[str, Any]) -> dict[str, Any]:
    """Every node keeps its own download: a claim that one node may write cannot be on two."""
    return {"name": volume["name"], "emptyDir": {}} if "persistentVolumeClaim" in volume else volume


TARGET = Target(name=_FORM, help="a LeaderWorkerSet, for a model over several nodes", write=_write)
