"""SkyPilot tasks; `benchmarks/engine_judges.py --only targets` asks SkyPilot's own schema."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest
import yaml

from advisor.deploy.targets import write
from advisor.deploy.targets.skypilot import accelerator
from advisor.errors import UnsupportedError


@pytest.mark.parametrize(
    ("name", "rented"),
    [
        ("GeForce RTX 4090", "RTX4090"),
        ("A100 SXM4 80 GB", "A100-80GB"),
        ("A100 PCIe 40 GB", "A100"),
        ("H100 SXM5 80 GB", "H100"),
        ("RTX 6000 Ada Generation", "RTX6000-Ada"),
        ("Radeon Instinct MI300X", "MI300X"),
        ("L40S", "L40S"),
    ],
)
def test_cards_have_the_names_of_the_providers_list(name, rented):
    """As `sky show-gpus` prints them."""
    assert accelerator(name) == rented


def test_a_task_says_what_it_rents(plan):
    """Card, port, disk and image; the token by reference."""
    task = yaml.safe_load(write(plan(), "skypilot"))
    assert task["resources"] == {
        "ports": 8000,
        "accelerators": "RTX4090:1",
        "disk_size": 256,
        "image_id": "docker:vllm/vllm-openai:v1",
    }
    assert (task["secrets"], task["service"]["replicas"]) == ({"HF_TOKEN": None}, 1)


def test_every_node_runs_its_rank(two_nodes):
    """SkyPilot tells a node its rank and the addresses of all."""
    task = yaml.safe_load(write(two_nodes, "skypilot"))
    assert (task["num_nodes"], task["resources"]["accelerators"]) == (2, "H100:8")
    shown = task["run"].replace(" vllm ", " echo ")
    env = {"SKYPILOT_NODE_RANK": "1", "SKYPILOT_NODE_IPS": "10.0.0.1\n10.0.0.2", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["bash", "-c", shown], env=env, capture_output=True, text=True)
    assert done.stdout == "serve m --nnodes 2 --master-addr 10.0.0.1 --node-rank 1 --headless\n"


def test_a_canary_in_any_text_never_runs(tmp_path, canary_plan):
    """The run is shell text, and every word in it is quoted."""
    task = yaml.safe_load(write(canary_plan, "skypilot"))
    subprocess.run(["bash", "-c", task["run"]], cwd=tmp_path, capture_output=True)
    assert list(tmp_path.iterdir()) == []


def test_a_card_without_a_name_is_refused(plan):
    """Nobody could rent it."""
    unnamed = replace(plan().resources, gpu_name=None)
    with pytest.raises(UnsupportedError, match="no name"):
        write(plan(resources=unnamed), "skypilot")
