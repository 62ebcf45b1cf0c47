"""Forms are found by their folder; what one cannot say is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.deploy import targets
from advisor.documents.deployment import Command
from advisor.errors import UnknownNameError, UnsupportedError

FILES = Path(targets.__file__).parent.glob("[!_]*.py")
SERVERS = ("compose", "kubernetes", "systemd", "ansible", "llama-swap", "helm")


def test_every_file_of_the_folder_is_a_form():
    """A form is added by adding its file."""
    assert sorted(file.stem.replace("_", "-") for file in FILES) == list(targets.all_targets())


def test_an_unknown_form_names_those_there_are():
    """As every other wrong name does."""
    with pytest.raises(UnknownNameError, match="kubernetes"):
        targets.target("kubernets")


@pytest.mark.parametrize("form", SERVERS)
def test_a_program_that_serves_nobody_is_refused(plan, form):
    """There is nothing to restart and nothing to ask."""
    with pytest.raises(UnsupportedError, match="serves nobody"):
        targets.write(plan(port=None), form)


@pytest.mark.parametrize("form", SERVERS)
def test_a_line_break_in_a_word_is_refused(plan, form):
    """A path from outside cannot add a line to a file."""
    run = Command(argv=("vllm", "serve", "x\nExecStartPre=touch canary"))
    with pytest.raises(UnsupportedError, match="cannot hold"):
        targets.write(plan(run=run), form)


@pytest.mark.parametrize("form", SERVERS)
def test_commands_after_the_start_are_refused(plan, form):
    """Only the script waits for the server and goes on."""
    with pytest.raises(UnsupportedError, match="once it answers"):
        targets.write(plan(then=(Command(argv=("ollama", "run", "m")),)), form)


@pytest.mark.parametrize("form", SERVERS)
def test_several_nodes_are_refused_where_one_is_started(two_nodes, form):
    """A pod, a unit or a service is on one machine."""
    with pytest.raises(UnsupportedError, match="2 nodes"):
        targets.write(two_nodes, form)


@pytest.mark.parametrize("form", ["compose", "kubernetes"])
def test_a_backend_without_an_image_is_refused(plan, form):
    """The image for CUDA runs on no other GPU."""
    with pytest.raises(UnsupportedError, match="no container image of vllm for rocm"):
        targets.write(plan(image=None, backend="rocm"), form)
