"""llama-swap, which starts and stops servers on demand:
https://github.com/mostlygeek/llama-swap/blob/main/docs/configuration.md."""

from __future__ import annotations

from typing import Any

from advisor.deploy import shell
from advisor.deploy.targets._target import Target, as_yaml, first_make, header, name_of, one_node, served
from advisor.documents.deployment import Deployment
from advisor.errors import UnsupportedError

_FORM = "llama-swap"
_WAIT_S = 600
"""Loading a model of hundreds of gigabytes takes minutes."""
_IDLE_S = 900
"""A model that nobody has asked for so long gives its memory back."""


def _write(plan: Deployment) -> str:
    one_node(plan, _FORM)
    run = served(plan, _FORM, image=False)
    if run.files:
        raise UnsupportedError(f"{plan.engine} reads {run.files[0].name}, which {_FORM} cannot hold")
    if any("${" in text for text in (*run.argv, *run.env.values())):
        raise UnsupportedError(f"{_FORM} replaces ${{...}} and has no escape for it: rename the file")
    port = str(plan.port)
    words = ["${PORT}" if word == port else shell.word(word) for word in run.argv]
    model: dict[str, Any] = {"cmd": " ".join(words), "ttl": _IDLE_S}
    if run.env:
        model["env"] = [f"{name}={value}" for name, value in run.env.items()]
    if plan.health_path:
        model["checkEndpoint"] = plan.health_path
    document = {"healthCheckTimeout": _WAIT_S, "models": {name_of(plan): model}}
    return header(plan, *first_make(plan)) + as_yaml([document])


TARGET = Target(name=_FORM, help="a llama-swap configuration", write=_write)
