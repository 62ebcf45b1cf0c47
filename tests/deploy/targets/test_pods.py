"""What Kubernetes forms share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.deploy.targets._pods import claim, files, gpu_resource, labels, pod, word
from advisor.documents.deployment import Resources
from advisor.errors import UnsupportedError


@pytest.mark.parametrize(
    ("resources", "name"),
    [
        (Resources(), None),
        (Resources(gpus=1, gpu_vendor="NVIDIA", gpu_name="H100"), "nvidia.com/gpu"),
        (Resources(gpus=1, gpu_vendor="NVIDIA", gpu_name="H100 1g.10gb"), "nvidia.com/mig-1g.10gb"),
        (Resources(gpus=1, gpu_vendor="AMD", gpu_name="MI300X"), "amd.com/gpu"),
        (Resources(gpus=1, gpu_vendor="Intel"), "gpu.intel.com/xe"),
    ],
)
def test_gpus_are_asked_for_by_their_device_plugins_name(resources, name):
    """A slice is a resource of its own."""
    assert gpu_resource(resources) == name


def test_a_gpu_without_a_device_plugin_is_refused():
    """A pod could not ask for it."""
    with pytest.raises(UnsupportedError, match="no Kubernetes device plugin for Apple GPUs is known"):
        gpu_resource(Resources(gpus=1, gpu_vendor="Apple"))


def test_a_dollar_before_a_bracket_is_doubled():
    """Kubernetes would put a variable there."""
    assert word("$(HOME) $HOME $ (") == "$$(HOME) $HOME $ ("


@pytest.mark.parametrize(
    ("changes", "storage"),
    [
        ({}, "18Gi"),
        ({"repository": None, "weights": "/srv/m.gguf"}, None),
        ({"resources": Resources(gpus=1)}, None),
    ],
)
def test_weights_get_a_claim_a_fifth_larger(plan, changes, storage):
    """None where they lie on the node, or nobody knows their size."""
    found = claim(plan(**changes))
    assert (found and found["spec"]["resources"]["requests"]["storage"]) == storage


def test_a_pod_of_one_gpu(plan):
    """Memory with a fifth to spare, the GPU as a limit, and a taint of GPU nodes tolerated."""
    spec = pod(plan(), plan().run)
    container = spec["containers"][0]
    wanted = {"memory": "1229Mi", "nvidia.com/gpu": "1"}
    assert container["resources"] == {"requests": wanted, "limits": wanted}
    assert spec["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert spec["automountServiceAccountToken"] is False


def test_loading_may_take_a_period_for_each_gigabyte(plan):
    """A quarter of an hour, and 16 gigabytes at 100 MB/s; a worker answers no probes."""
    made = plan()
    container = pod(made, made.run)["containers"][0]
    assert container["startupProbe"]["failureThreshold"] == 90 + 16
    assert "startupProbe" not in pod(made, made.run, probed=False)["containers"][0]


def test_each_node_asks_for_its_own_gpus(two_nodes):
    """Sixteen over two nodes are eight each."""
    container = pod(two_nodes, two_nodes.run)["containers"][0]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "8"


def test_files_are_mounted_one_by_one(made_plan):
    """As entries of one map, beside the weights."""
    container = pod(made_plan, made_plan.run)["containers"][0]
    assert files(made_plan, made_plan.run)["data"] == {"serve.yml": "a: $HOME\n"}
    assert {"name": "files", "mountPath": "/models/serve.yml", "subPath": "serve.yml"} in container[
        "volumeMounts"
    ]
    assert (container["workingDir"], files(made_plan, replace(made_plan.run, files=()))) == ("/models", None)


def test_pods_are_found_by_the_models_name(plan):
    """The service and the controller use the same."""
    assert labels(plan()) == {"app.kubernetes.io/name": "llama-3-1-8b-instruct"}
