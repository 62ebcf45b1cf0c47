"""LeaderWorkerSets; `benchmarks/engine_judges.py` asks the controller's own definition."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from advisor.deploy.targets import write
from advisor.errors import UnsupportedError


def test_every_pod_learns_its_leader_and_rank_from_the_controller(two_nodes):
    """One template stands for all workers."""
    group, service = yaml.safe_load_all(write(two_nodes, "lws"))
    template = group["spec"]["leaderWorkerTemplate"]
    leader = template["leaderTemplate"]["spec"]["containers"][0]
    worker = template["workerTemplate"]["spec"]["containers"][0]
    words = ["serve", "m", "--nnodes", "2", "--master-addr", "$(LWS_LEADER_ADDRESS)", "--node-rank"]
    assert leader["args"] == [*words, "0", "--host", "0.0.0.0"]
    assert worker["args"] == [*words, "$(LWS_WORKER_INDEX)", "--headless"]
    assert (template["size"], leader["resources"]["limits"]) == (2, {"nvidia.com/gpu": "8"})
    assert ("startupProbe" in leader, "startupProbe" in worker) == (True, False)
    assert service["spec"]["selector"] == template["leaderTemplate"]["metadata"]["labels"]


def test_one_node_needs_no_group(plan):
    """A Deployment is enough."""
    with pytest.raises(UnsupportedError, match="--format kubernetes"):
        write(plan(), "lws")


def test_weights_that_are_made_lie_on_a_volume_of_all_nodes(two_nodes):
    """A download each node does for itself; what was made once must be seen by all."""
    made = list(yaml.safe_load_all(write(replace(two_nodes, ready_made=False, weights="./m"), "lws")))
    assert [document["kind"] for document in made] == ["PersistentVolumeClaim", "LeaderWorkerSet", "Service"]
    assert made[0]["spec"]["accessModes"] == ["ReadWriteMany"]
