"""A server's command line as settings, for platforms that take names and values instead of words."""

from __future__ import annotations

from typing import Any

from advisor.documents.deployment import Command, Deployment
from advisor.engines import facts
from advisor.errors import UnsupportedError

Value = str | int | float | bool
_NOT_TAKEN = ("host", "port", "nnodes", "node_rank", "master_addr")
"""Where it listens and who its neighbours are is the platform's own to say."""


def only_engine_of(plan: Deployment, form: str) -> None:
    """UnsupportedError where *form* runs another engine than the plan's."""
    if form not in facts(plan.engine).forms:
        raise UnsupportedError(f"{form} runs no {plan.engine}: --format kubernetes, or another --engine")


def settings(plan: Deployment, run: Command) -> dict[str, Value]:
    """`--max-model-len 8192` -> {'max_model_len': 8192}, in the order of the words; a bare flag is True."""
    words = run.argv[run.argv.index(plan.weights) + 1 :] if plan.weights in run.argv else run.argv
    found: dict[str, Value] = {}
    name = ""
    for word in words:
        if word.startswith("--"):
            name = word[2:].replace("-", "_")
            found[name] = True
        elif name:
            found[name] = _value(word)
    return {name: value for name, value in found.items() if name not in _NOT_TAKEN}


def as_words(values: dict[str, Any]) -> list[str]:
    """The words of settings again."""
    found = []
    for name, value in values.items():
        found.append("--" + name.replace("_", "-"))
        if value is not True:
            found.append(str(value))
    return found


def _value(word: str) -> Value:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word
