"""Forms that platforms take a deployment in: one file each, found by their folder.

To add one, add a file with `TARGET` here; nothing else names it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from advisor.deploy.targets._target import Target
from advisor.documents.deployment import Deployment
from advisor.errors import UnknownNameError

__all__ = ["Target", "all_targets", "target", "write"]


@cache
def all_targets() -> dict[str, Target]:
    """Name -> form, in alphabetical order."""
    names = sorted(entry.name for entry in iter_modules([str(Path(__file__).parent)]))
    found = (import_module(f"{__name__}.{name}") for name in names if not name.startswith("_"))
    return {module.TARGET.name: module.TARGET for module in found}


def target(name: str) -> Target:
    """One form by name; UnknownNameError with those there are."""
    known = all_targets()
    if name not in known:
        raise UnknownNameError("format", name, tuple(known))
    return known[name]


def write(plan: Deployment, name: str) -> str:
    """*plan* in that form; UnsupportedError where the form cannot say what the plan needs."""
    return target(name).write(plan)
