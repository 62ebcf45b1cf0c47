"""Which inference engines are installed; found by their programs and packages, never started."""

from __future__ import annotations

import re

from advisor.documents.hardware import EngineInstall
from advisor.engines import offered
from advisor.probe.system import System


def engines(system: System) -> tuple[EngineInstall, ...]:
    """The engines found, each once, the most used first."""
    found = []
    for engine in offered():
        path = system.which(engine.program) if engine.program else None
        folder = system.module_folder(engine.package) if engine.package else None
        if path or folder:
            version = _version(system, folder) if folder else None
            found.append(EngineInstall(name=engine.name, path=path or folder, version=version))
    return tuple(found)


def _version(system: System, folder: str) -> str | None:
    """The version the package's metadata folder carries in its name."""
    parent, _, package = folder.rpartition("/")
    for entry in system.names(parent):
        if match := re.fullmatch(rf"{re.escape(package)}-([^-]+)\.dist-info", entry, re.IGNORECASE):
            return match[1]
    return None
