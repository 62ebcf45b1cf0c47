"""Inference engines: one file each, found by their folder. To add one, add a file with `ENGINE` here and
its rows to profiles/engine_kernels.csv; nothing else names it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from advisor.engines.engine import Engine
from advisor.errors import UnknownNameError

__all__ = [
    "Engine",
    "all_engines",
    "comparable",
    "engine_for",
    "engine_names",
    "facts",
    "find_engine",
    "offered",
    "usual_server",
]


def comparable(text: str) -> str:
    """A name to compare: lower case, letters, digits, '.' and '#' ('IK llama.cpp' -> 'ikllama.cpp')."""
    return "".join(c for c in text.lower() if c.isalnum() or c in ".#")


@cache
def all_engines() -> dict[str, Engine]:
    """Name -> engine, those in use first; engines that only measurements know are among them."""
    from pkgutil import iter_modules

    found = []
    for entry in iter_modules([str(Path(__file__).parent)]):
        engine = getattr(import_module(f"{__name__}.{entry.name}"), "ENGINE", None)
        if isinstance(engine, Engine):
            found.append(engine)
    found.sort(key=lambda engine: (engine.rank, engine.name))
    return {engine.name: engine for engine in found}


@cache
def offered() -> tuple[Engine, ...]:
    """The engines that can be recommended and deployed, the most used first."""
    return tuple(engine for engine in all_engines().values() if engine.offered)


@cache
def engine_names() -> tuple[str, ...]:
    """The names of those engines."""
    return tuple(engine.name for engine in offered())


@cache
def find_engine(text: str) -> str:
    """The engine a name means ('llama-server', 'TRT-LLM', 'mlx-lm', 'llama.cpp (LM Studio)').

    Raises UnknownNameError with the nearest names.
    """
    names = _names()
    bare = comparable(text.split("(")[0])
    found = names.get(bare) or names.get(comparable(text))
    if found is None:
        import difflib

        close = difflib.get_close_matches(bare, names, n=4, cutoff=0.5)
        nearest = tuple(dict.fromkeys(names[near] for near in close)) or engine_names()
        known = {comparable(engine.name) for engine in all_engines().values()}
        hint = "measured rows of it are read, but no plans are made for it" if bare in known else ""
        raise UnknownNameError("engine", text, nearest, hint)
    return found


@cache
def facts(text: str) -> Engine:
    """What is known of an engine by name or alias, offered or not; the defaults for an unknown one."""
    engines = all_engines()
    wanted = text.strip().lower()
    if wanted in engines:
        return engines[wanted]
    named = {comparable(name): engine for name, engine in engines.items()}
    spelled = {comparable(alias): engine for engine in engines.values() for alias in engine.aliases}
    for word in (comparable(wanted), comparable(wanted.split("(")[0])):
        found = named.get(word) or spelled.get(word)
        if found:
            return found
    return Engine(name=wanted, offered=False)


@cache
def engine_for(file_format: str) -> str:
    """The engine that a file format means when none is named; a serving engine for a format nobody claims."""
    claimed = (engine.name for engine in offered() if file_format in engine.formats)
    return next(claimed, None) or usual_server()


@cache
def usual_server() -> str:
    """The serving engine with the most measurements: it stands for those nobody measured."""
    return next(engine.name for engine in offered() if engine.by_default and engine.serves)


@cache
def _names() -> dict[str, str]:
    names = {comparable(alias): engine.name for engine in offered() for alias in engine.aliases}
    names.update((comparable(engine.name), engine.name) for engine in offered())
    return names
