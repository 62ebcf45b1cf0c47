"""What people use a model for, as mixtures of the task categories that benchmarks measure."""

import json
from functools import cache
from typing import Any, NamedTuple

from advisor.data import folder
from advisor.documents.kinds import TaskCategory
from advisor.errors import UnknownNameError


class Task(NamedTuple):
    """One use."""

    name: str
    mix: dict[TaskCategory, float]
    """Task category -> weight; the weights sum to 1."""
    why: str
    """The reason for the weights."""
    prompt_tokens: int
    """Of one request, where nobody says."""
    output_tokens: int
    fills_context: bool
    """It reads documents: a context that is asked for is there to be filled."""
    lengths_why: str
    lengths_url: str
    """Where the lengths come from."""
    aliases: tuple[str, ...] = ()


@cache
def all_tasks() -> tuple[Task, ...]:
    """Every task of profiles/tasks.json; each task category is one by itself."""
    table = json.loads((folder("profiles") / "tasks.json").read_text(encoding="utf-8"))
    return tuple(_task(name, row) for name, row in table.items())


def _task(name: str, row: dict[str, Any]) -> Task:
    lengths = row["lengths"]
    return Task(
        name=name,
        mix=row["mix"],
        why=row["why"],
        prompt_tokens=lengths["prompt_tokens"],
        output_tokens=lengths["output_tokens"],
        fills_context=lengths["fills_context"],
        lengths_why=lengths["why"],
        lengths_url=lengths["source_url"],
        aliases=tuple(row["aliases"]),
    )


def find_task(name: str) -> Task:
    """The task *name* means, in any case and by any alias; raises UnknownNameError with the nearest."""
    names = _names()
    found = names.get(_key(name))
    if found is None:
        import difflib

        close = difflib.get_close_matches(_key(name), names, n=3, cutoff=0.5)
        nearest = tuple(dict.fromkeys(names[near].name for near in close))
        nearest = nearest or tuple(task.name for task in all_tasks())
        raise UnknownNameError("task", name, nearest)
    return found


def task_mix(name: str) -> dict[TaskCategory, float]:
    """Task category -> weight of the task *name*; the weights sum to 1. Raises UnknownNameError."""
    return dict(find_task(name).mix)


@cache
def _names() -> dict[str, Task]:
    names = {_key(alias): task for task in all_tasks() for alias in task.aliases}
    names.update((_key(task.name), task) for task in all_tasks())
    return names


def _key(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
