"""The catalogues: `advisor profiles list KIND [TEXT]`, `advisor profiles show KIND NAME`."""

from __future__ import annotations

import argparse
from typing import Any

from advisor.errors import ExitCode

KINDS = ("schemes", "gpus", "cpus", "models", "tasks", "machines")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor profiles`."""
    parser.add_argument("action", choices=("list", "show"), help="names, or all of one")
    parser.add_argument("kind", choices=KINDS, help="which catalogue")
    parser.add_argument("name", nargs="?", default="", help="what to show, or a part of the names to list")
    parser.add_argument("--json", action="store_true", help="the names or the row as JSON")


def run(args: argparse.Namespace) -> int:
    """List names, or show one row with everything known of it."""
    from advisor.documents.plain import dumps

    if args.action == "list":
        names = [name for name in dict.fromkeys(_names(args.kind)) if args.name.lower() in name.lower()]
        print(dumps(names) if args.json else "\n".join(names))
        return ExitCode.OK
    found = _named(_show(args.kind, args.name))
    if args.json:
        print(dumps(found))
    else:
        print(_text(found))
    return ExitCode.OK


def _names(kind: str) -> list[str]:
    if kind == "schemes":
        from advisor.catalog.schemes import all_schemes

        return [scheme.name for scheme in all_schemes()]
    if kind == "models":
        from advisor.catalog.models import all_models

        return [model.name for model in all_models()]
    if kind == "tasks":
        from advisor.catalog.tasks import all_tasks

        return [task.name for task in all_tasks()]
    if kind == "gpus":
        from advisor.catalog.gpus import all_gpus

        return [gpu.catalog_name for gpu in all_gpus()]
    if kind == "machines":
        from advisor.catalog.hardware.machines import all_machines

        return [machine.name for machine in all_machines()]
    from advisor.catalog.cpus import all_cpus

    return [f"{cpu.vendor} {cpu.microarchitecture}" for cpu in all_cpus()]


def _show(kind: str, name: str) -> object:
    from advisor.errors import UnknownNameError, UsageError

    if not name:
        raise UsageError(f"which of the {kind}? give a name; `advisor profiles list {kind}` shows them")
    if kind == "schemes":
        from advisor.catalog.schemes import find_scheme

        return find_scheme(name)
    if kind == "models":
        from advisor.catalog.models import find_model

        return find_model(name)
    if kind == "tasks":
        from advisor.catalog.tasks import find_task

        return find_task(name)
    if kind == "machines":
        from advisor.catalog.resolve import Overrides, resolve_hardware

        return resolve_hardware(name, Overrides())
    from advisor.catalog.cpus import find_cpu
    from advisor.catalog.gpus import find_gpu

    found: object = find_gpu(name) if kind == "gpus" else find_cpu(name)
    if found is None:
        from advisor.catalog.names import nearest

        raise UnknownNameError(kind.removesuffix("s"), name, nearest(name, tuple(_names(kind))))
    return found


def _named(found: object) -> Any:
    """A row with the names of its fields, however it is kept."""
    from advisor.documents.plain import plain

    if isinstance(found, tuple) and hasattr(found, "_asdict"):
        return {key: _named(value) for key, value in found._asdict().items()}
    if isinstance(found, tuple):
        return [_named(value) for value in found]
    return plain(found)


def _text(row: dict[str, Any], indent: str = "") -> str:
    """One field a line, parts indented; what nobody states is left out."""
    lines = []
    for key, value in row.items():
        if value in (None, [], {}, ""):
            continue
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", _text(value, indent + "  ")]
        elif isinstance(value, list) and isinstance(value[0], dict):
            lines.append(f"{indent}{key}:")
            lines += [
                f"{indent}  "
                + ", ".join(f"{k} {_cell(v)}" for k, v in item.items() if v not in (None, [], ""))
                for item in value
            ]
        else:
            lines.append(f"{indent}{key}: {_cell(value)}")
    return "\n".join(line for line in lines if line)


def _cell(value: object) -> str:
    return ", ".join(map(_cell, value)) if isinstance(value, list) else str(value)
