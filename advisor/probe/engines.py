"""Which inference engines are installed; found by their programs and packages, never started."""

from __future__ import annotations

import re

from advisor.documents.hardware import EngineInstall
from advisor.probe.system import System

_PROGRAMS = {
    "llama.cpp": "llama-server",
    "ollama": "ollama",
    "vllm": "vllm",
    "mlx": "mlx_lm.server",
    "tensorrt-llm": "trtllm-serve",
    "lmdeploy": "lmdeploy",
}
_PACKAGES = {
    "vllm": "vllm",
    "sglang": "sglang",
    "mlx": "mlx_lm",
    "exllamav3": "exllamav3",
    "exllamav2": "exllamav2",
}


def engines(system: System) -> tuple[EngineInstall, ...]:
    """The engines found, each once."""
    found: dict[str, EngineInstall] = {}
    for name, program in _PROGRAMS.items():
        if path := system.which(program):
            found[name] = EngineInstall(name=name, path=path)
    for name, package in _PACKAGES.items():
        if name not in found and (folder := system.module_folder(package)):
            found[name] = EngineInstall(name=name, path=folder, version=_version(system, folder))
    return tuple(found.values())


def _version(system: System, folder: str) -> str | None:
    """The version the package's metadata folder carries in its name."""
    parent, _, package = folder.rpartition("/")
    for entry in system.names(parent):
        if match := re.fullmatch(rf"{re.escape(package)}-([^-]+)\.dist-info", entry, re.IGNORECASE):
            return match[1]
    return None
