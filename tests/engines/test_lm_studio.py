"""LM Studio's command line."""

from __future__ import annotations

from advisor.documents.outcome import Placement
from advisor.engines import facts, find_engine

STUDIO = facts("lm-studio")


def test_the_server_starts_then_a_file_is_imported_and_loaded(started):
    """The share of the layers on the GPU is `max` for all of them."""
    found = started("lm-studio", "Q4_K_M", weights="m.gguf")
    assert [" ".join(command.argv) for command in (found.run, *found.then)] == [
        "lms server start --port 1234",
        "lms import --yes m.gguf",
        "lms load llama-3.1-8b-instruct --identifier llama-3.1-8b-instruct --context-length 8192 --gpu max",
    ]


def test_a_published_file_is_got_by_its_address(started):
    """`lms get` takes a link to the repository with the scheme behind it."""
    name = STUDIO.name_of_published("o/m-GGUF", "Q4_K_M", None)
    found = started("lm-studio", "Q4_K_M", weights=name, downloads=True)
    assert found.then[0].argv == ("lms", "get", "--yes", "https://huggingface.co/o/m-GGUF@Q4_K_M")


def test_a_split_model_states_its_share(started):
    """Eight of 32 layers are a quarter; none on a machine without a GPU."""
    split = Placement(kind="split", n_gpus=1, gpu_layers=8, n_layers=32)
    cpu = Placement(kind="cpu", n_layers=32)
    assert [started("lm-studio", placement=place).then[1].argv[-1] for place in (split, cpu)] == [
        "0.25",
        "0.00",
    ]


def test_what_its_own_settings_hold_is_said(started):
    """KV type and parallel requests have no option."""
    assert started("lm-studio").warnings == (
        "LM Studio keeps KV type, parallel requests and address in its own settings",
    )
    assert STUDIO.kv_types == ("f16",)


def test_it_is_llama_cpp_inside():
    """Its speed is measured as llama.cpp's."""
    assert (STUDIO.measured, STUDIO.reads_gguf, find_engine("LM Studio")) == ("llama.cpp", True, "lm-studio")
