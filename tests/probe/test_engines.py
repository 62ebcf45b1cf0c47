"""Which engines are installed."""

from __future__ import annotations

from advisor.documents.hardware import EngineInstall
from advisor.engines import facts
from advisor.probe.engines import engines
from advisor.probe.system import Recorded


def test_programs_and_packages_are_found() -> None:
    """A program by its path, a package with the version of its metadata; the most used first."""
    site = "/usr/lib/site-packages"
    system = Recorded(
        {
            "programs": {facts("llama.cpp").program: "/usr/bin/llama-server"},
            "modules": {"vllm": f"{site}/vllm"},
            "files": {f"{site}/vllm-0.9.1.dist-info/METADATA": ""},
        }
    )
    assert (
        EngineInstall(name="llama.cpp", path="/usr/bin/llama-server"),
        EngineInstall(name="vllm", path=f"{site}/vllm", version="0.9.1"),
    ) == tuple(sorted(engines(system), key=lambda found: found.name))


def test_nothing_installed() -> None:
    """Is no engine."""
    assert () == engines(Recorded({}))
