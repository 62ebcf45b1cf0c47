"""Readers of what other tools print. A new format is one file here (tools of one project share a folder)
with TITLE, `recognise(text)` and `read(text)`.

`recognise` says from the content, never from the file name, whether the text is of this format; `read`
returns rows with what the file says: names as written there, machine and model facts under `facts` (cpu,
gpu, n_params, model_type). `advisor.measuring.complete` turns them into the catalogue's names.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from advisor.errors import BadFileError


@cache
def importers() -> tuple[ModuleType, ...]:
    """Every reader, in the order of their names."""
    from pkgutil import walk_packages

    found = walk_packages([str(Path(__file__).parent)], f"{__name__}.")
    names = sorted(one.name for one in found if not one.ispkg and "._" not in one.name)
    return tuple(import_module(name) for name in names)


def importer_of(text: str, what: str) -> ModuleType:
    """The reader of *text*; BadFileError names the formats when there is none."""
    for module in importers():
        if module.recognise(text):
            return module
    known = ", ".join(module.TITLE for module in importers())
    raise BadFileError(f"{what}: no known benchmark output; known are {known}")
