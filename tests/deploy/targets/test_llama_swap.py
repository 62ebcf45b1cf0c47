"""llama-swap configurations."""

from __future__ import annotations

import shlex

import pytest
import yaml

from advisor.deploy.targets import write
from advisor.documents.deployment import Command
from advisor.errors import UnsupportedError


def test_the_port_is_the_one_llama_swap_gives(plan):
    """Every other word is the plan's."""
    (model,) = yaml.safe_load(write(plan(), "llama-swap"))["models"].values()
    words = shlex.split(model["cmd"])
    assert words == [*plan().run.argv[:-1], "${PORT}"]
    assert (model["env"], model["checkEndpoint"]) == (["SOME_SETTING=1"], "/health")


def test_a_macro_in_a_path_is_refused(canary_plan):
    """llama-swap would replace it, and has no escape."""
    with pytest.raises(UnsupportedError, match="no escape"):
        write(canary_plan, "llama-swap")


def test_a_strange_path_stays_one_word(plan):
    """The command is taken apart as a shell would."""
    path = "/models/it's $(touch canary).gguf"
    run = Command(argv=("llama-server", "-m", path, "--port", "8000"))
    (model,) = yaml.safe_load(write(plan(run=run), "llama-swap"))["models"].values()
    assert shlex.split(model["cmd"])[2] == path
