"""What engines are started with, and the words their files share."""

from __future__ import annotations

import pytest

from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.engines.launch import flags, more_than_one, safe_name, words


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("meta-llama/Llama-3.1-8B", "Llama-3.1-8B"),
        ("../../etc/passwd", "passwd"),
        ("--rm -rf", "rm--rf"),
        ("模型", "model"),
        ("a b'c", "a-b-c"),
    ],
)
def test_a_models_name_is_fit_for_a_file(name, safe):
    """Never a path, never an option, never empty."""
    assert safe_name(ModelProfile(name=name, source="user")) == safe


def test_flags_are_spelled_with_dashes():
    """None and False drop out, True stands alone, zero is a value."""
    assert flags(max_len=8, on=True, off=False, none=None, zero=0) == (
        "--max-len",
        "8",
        "--on",
        "--zero",
        "0",
    )


def test_words_are_text():
    """None drops out."""
    assert (words("a", 1, None, 0.5), more_than_one(1), more_than_one(2)) == (("a", "1", "0.5"), None, 2)


@pytest.mark.parametrize(
    ("place", "tensor", "pipeline"),
    [
        (None, 1, 1),
        (Placement(kind="multi-gpu", n_gpus=4), 4, 1),
        (Placement(kind="pipeline-parallel", n_gpus=4, pipeline_parallel=4), 1, 4),
        (Placement(kind="tensor-parallel", n_gpus=4, tensor_parallel=2, pipeline_parallel=2), 2, 2),
    ],
)
def test_gpus_that_nothing_is_said_of_share_every_matrix(launch, place, tensor, pipeline):
    """Stated degrees stand."""
    found = launch(placement=place)
    assert (found.tensor_parallel, found.pipeline_parallel) == (tensor, pipeline)


@pytest.mark.parametrize(("n_gpus", "nodes"), [(2, 1), (8, 2), (4, 1)])
def test_nodes_are_those_the_gpus_of_the_plan_take(launch, machine, n_gpus, nodes):
    """Of two nodes of four GPUs a plan with four GPUs takes one."""
    place = Placement(kind="tensor-parallel", n_gpus=n_gpus, tensor_parallel=n_gpus)
    assert launch(placement=place, hardware=machine(n_gpus=4, nodes=2)).nodes == nodes


@pytest.mark.parametrize(("capability", "oldest"), [("8.9", 8.9), ("gfx1100", None), (None, None)])
def test_the_oldest_generation_is_nvidias(launch, machine, capability, oldest):
    """A chip of another maker has none."""
    assert launch(hardware=machine(capability)).oldest_compute_capability == oldest


@pytest.mark.parametrize(
    ("scheme", "capability", "half"), [("F16", "9.0", True), ("BF16", "7.0", True), ("BF16", "8.0", False)]
)
def test_half_precision_is_for_f16_weights_and_old_gpus(launch, machine, scheme, capability, half):
    """BF16 arithmetic begins with compute capability 8.0."""
    assert launch(scheme, hardware=machine(capability)).half is half
