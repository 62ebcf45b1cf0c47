"""Manifests, judged by Kubernetes' own schema in its strict form."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from advisor.deploy.targets import write
from advisor.documents.deployment import Resources
from advisor.errors import UnsupportedError

VALIDATE = Path(sys.executable).with_name("kubernetes-validate")


def judged(*files: Path) -> list[str]:
    """What the validator says, a line for a file."""
    done = subprocess.run([str(VALIDATE), "--strict", *map(str, files)], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip().splitlines()


def test_the_schema_accepts_what_is_printed(tmp_path, plan, canary_plan, made_plan):
    """Weights to download, to make, on the node's disk; a canary in every text."""
    on_disk = plan(repository=None, weights="/srv/m/x.gguf")
    files = []
    for name, what in (("plain", plan()), ("canary", canary_plan), ("made", made_plan), ("disk", on_disk)):
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(write(what, "kubernetes"))
    said = judged(*files)
    assert said != []
    assert [line for line in said if "passed" not in line] == []


def test_the_schema_refuses_a_wrong_key(tmp_path, plan):
    """The judge can say no."""
    bad = tmp_path / "bad.yaml"
    bad.write_text(write(plan(), "kubernetes").replace("readinessProbe", "readynessProbe"))
    assert "readynessProbe" in "\n".join(judged(bad))


def test_words_reach_the_container_as_they_are(canary_plan):
    """Kubernetes undoes the doubled dollar of $(NAME)."""
    documents = list(yaml.safe_load_all(write(canary_plan, "kubernetes")))
    container = next(d for d in documents if d["kind"] == "Deployment")["spec"]["template"]["spec"][
        "containers"
    ][0]
    words = [word.replace("$$(", "$(") for word in container["command"] + container["args"]]
    assert words == [word.replace("127.0.0.1", "0.0.0.0") for word in canary_plan.run.argv]
    assert {True} == {"$(" not in word.replace("$$(", "") for word in container["args"]}


def test_secrets_come_by_reference_only(plan):
    """The manifest names the secret and not its value."""
    deployment = list(yaml.safe_load_all(write(plan(), "kubernetes")))[1]
    env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
    assert env[-1] == {
        "name": "HF_TOKEN",
        "valueFrom": {"secretKeyRef": {"name": "hf-token", "key": "token", "optional": True}},
    }


@pytest.mark.parametrize(
    ("wanted", "resource"),
    [
        (Resources(gpus=2, gpu_vendor="NVIDIA"), {"nvidia.com/gpu": "2"}),
        (Resources(gpus=1, gpu_vendor="AMD"), {"amd.com/gpu": "1"}),
        (
            Resources(gpus=1, gpu_vendor="NVIDIA", gpu_name="A100 MIG 3g.40gb"),
            {"nvidia.com/mig-3g.40gb": "1"},
        ),
        (Resources(), {}),
    ],
)
def test_gpus_are_asked_for_by_their_plugin(plan, wanted, resource):
    """Requests and limits of an extended resource are equal."""
    documents = yaml.safe_load_all(write(plan(resources=wanted), "kubernetes"))
    pod = next(d for d in documents if d["kind"] == "Deployment")["spec"]["template"]["spec"]
    asked = pod["containers"][0]["resources"]
    assert (asked.get("limits", {}), asked.get("requests", {})) == (resource, resource)


def test_gpus_without_a_plugin_are_refused(plan):
    """Nothing is invented."""
    with pytest.raises(UnsupportedError, match="no Kubernetes device plugin for Apple"):
        write(plan(resources=Resources(gpus=1, gpu_vendor="Apple")), "kubernetes")


def test_downloads_are_kept_where_the_program_puts_them(plan):
    """The claim is mounted where XDG_CACHE_HOME points."""
    documents = yaml.safe_load_all(write(plan(), "kubernetes"))
    (deployment,) = (one for one in documents if one["kind"] == "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    (place,) = (one["value"] for one in container["env"] if one["name"] == "XDG_CACHE_HOME")
    assert [place] == [one["mountPath"] for one in container["volumeMounts"] if one["name"] == "weights"]


def test_a_server_on_each_node_is_a_replica(plan):
    """The Service spreads requests over them; the volume is one that all may mount."""
    claim, *rest = yaml.safe_load_all(write(plan(replicas=2), "kubernetes"))
    (deployment,) = (one for one in rest if one["kind"] == "Deployment")
    assert (2, ["ReadWriteMany"]) == (deployment["spec"]["replicas"], claim["spec"]["accessModes"])
