"""The options that several commands share, and the documents they make."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from typing import Any, Literal

from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import MODALITIES, OBJECTIVES
from advisor.documents.model import ModelProfile
from advisor.documents.requirements import DEFAULT_ROOM_TOKENS, Requirements
from advisor.errors import UsageError
from advisor.need.stated import Stated, argv
from advisor.need.stated import requirements as need

HARDWARE_VARIABLE, MODEL_VARIABLE = "ADVISOR_HARDWARE", "ADVISOR_MODEL"
"""Environment variables that stand for `--hardware` and `--model` where these are not given."""


def add_hardware(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """--hardware and its overrides; with *several* it may be repeated, and `each` takes them apart."""
    group = parser.add_argument_group("machine (default: this one)")
    group.add_argument(
        "--hardware",
        metavar="H",
        action="append" if several else "store",
        default=None if several else os.environ.get(HARDWARE_VARIABLE) or None,
        help='a saved probe (JSON; - reads standard input) or a name: "RTX 4090", "2x A100 80GB", '
        f'"M3 Max 64GB", "EPYC 9654 384GB" (default: ${HARDWARE_VARIABLE})',
    )
    group.add_argument("--ram", metavar="SIZE", help="main memory, e.g. 64GB")
    group.add_argument("--vram", metavar="SIZE", help="memory of each GPU, e.g. 24GB")
    group.add_argument(
        "--bandwidth",
        metavar="RATE",
        help="memory bandwidth of the GPU (or of RAM without one), e.g. 1008GB/s",
    )


def add_model(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """--model and --params; with *several* --model may be repeated, and `each` takes them apart."""
    group = parser.add_argument_group("model")
    group.add_argument(
        "--model",
        metavar="M",
        action="append" if several else "store",
        default=None if several else os.environ.get(MODEL_VARIABLE) or None,
        help="a name (HF id, Ollama tag, llama-3.1-8b), a GGUF file, an HF config.json or directory "
        f"(default: ${MODEL_VARIABLE})",
    )
    group.add_argument(
        "--params", metavar="N", help="parameter count when the model is in no catalogue, e.g. 13B or 30B-A3B"
    )


def add_need(parser: argparse.ArgumentParser) -> None:
    """Everything a requirement can say."""
    group = parser.add_argument_group("need")
    group.add_argument(
        "--requirements",
        metavar="FILE",
        help="the whole need as a Requirements document (`advisor schema requirements`) instead of the "
        "options below; - reads standard input",
    )
    group.add_argument(
        "--task",
        action="append",
        default=[],
        metavar="T[:LOSS]",
        help="chat, code, math, knowledge, reasoning, rag, long-context, multilingual … repeatable, "
        "each with its own limit: math:1%% (default chat)",
    )
    group.add_argument(
        "--max-loss",
        metavar="PCT",
        help="most accuracy to lose, percent of the unquantized score (default: no limit)",
    )
    group.add_argument(
        "--confidence", metavar="PCT", help="confidence of intervals and limits (default 90%%)"
    )
    group.add_argument(
        "--min-speed", metavar="TOK/S", help="least decode speed per request (default: no limit)"
    )
    group.add_argument(
        "--max-ttft", metavar="TIME", help="longest time to first token, e.g. 2s (default: no limit)"
    )
    _add_load(group)
    _add_filters(parser.add_argument_group("which models (without --model)"))
    _add_plans(group)


def _add_plans(group: argparse._ArgumentGroup) -> None:
    """Which plans to choose among, and by what."""
    group.add_argument(
        "--engine",
        action="append",
        default=[],
        metavar="E",
        help="engines allowed: llama.cpp, ollama, vllm, sglang, mlx … repeatable or comma-separated "
        "(default: any)",
    )
    group.add_argument(
        "--scheme",
        action="append",
        default=[],
        metavar="S",
        help="schemes to consider, repeatable or comma-separated (default: all)",
    )
    group.add_argument(
        "--kv-cache",
        metavar="TYPE",
        help="auto, f16, q8_0, q4_0, fp8 (default auto: f16 where it fits, else 8 bits)",
    )
    group.add_argument(
        "--no-calibration",
        action="store_true",
        help="nothing that needs an importance matrix or calibration data",
    )
    group.add_argument(
        "--objective",
        choices=OBJECTIVES,
        help="what to optimise once the need is met (default: speed with a stated loss, else accuracy)",
    )


def _add_load(group: argparse._ArgumentGroup) -> None:
    """Tokens and requests."""
    group.add_argument(
        "--context",
        metavar="TOKENS",
        help="tokens per request, e.g. 8192 or 32k, or max: as much as fits "
        f"(default: room for {DEFAULT_ROOM_TOKENS} for one request, the requests' own length for several)",
    )
    group.add_argument(
        "--concurrency",
        metavar="N",
        help="requests at once; several loads: 1:0.7,64:0.3 (number:share; default 1)",
    )
    group.add_argument(
        "--prompt",
        metavar="TOKENS",
        help="prompt tokens of one request (default: the task's; `advisor profiles show tasks rag`)",
    )
    group.add_argument(
        "--output",
        metavar="TOKENS",
        help="answer tokens of one request (default: the task's)",
    )


def _add_filters(group: argparse._ArgumentGroup) -> None:
    """Which models to choose among."""
    group.add_argument(
        "--licence",
        "--license",
        action="append",
        default=[],
        metavar="L",
        help="apache-2.0, mit, gemma …, osi (approved by the Open Source Initiative) or "
        "commercial (not forbidden for trade); repeatable",
    )
    group.add_argument(
        "--modality",
        choices=MODALITIES,
        help="what it must read; also with --model: its projector is loaded and its memory counted",
    )
    group.add_argument("--tools", action="store_true", help="it must call tools")
    group.add_argument("--since", metavar="DATE", help="released then or later, e.g. 2026-01")


def each(args: argparse.Namespace, name: Literal["hardware", "model"]) -> list[argparse.Namespace]:
    """One set of options for each repeated --hardware or --model, or for the one of the environment; the
    other option stays as it is."""
    variable = HARDWARE_VARIABLE if name == "hardware" else MODEL_VARIABLE
    values = getattr(args, name) or [os.environ.get(variable) or None]
    return [argparse.Namespace(**{**vars(args), name: value}) for value in dict.fromkeys(values)]


def stated(args: argparse.Namespace) -> Stated:
    """The need as it was typed."""
    return Stated(**{name: _said(getattr(args, name)) for name in Stated._fields})


def requirements(args: argparse.Namespace, model: ModelProfile | None) -> Requirements:
    """The Requirements document of parsed options, or the one in the file they name; UsageError names
    the option that makes no sense."""
    said = stated(args)
    if args.requirements is None:
        return need(said, model)
    if said != Stated():
        raise UsageError(
            f"--requirements holds the whole need: leave out {' '.join(argv(said))}", field="requirements"
        )
    return replace(_document(args.requirements), model=model.name if model else None)


def _document(path: str) -> Requirements:
    """The Requirements document in a file, or on standard input for -."""
    from advisor.documents.plain import parse

    return parse(Requirements, _json(path), what="requirements")


def _json(path: str) -> Any:
    from advisor.documents.plain import json_value, load_json

    return json_value(sys.stdin.read(), "standard input") if path == "-" else load_json(path)


def _said(value: object) -> Any:
    """What argparse read, as `Stated` keeps it."""
    return tuple(value) if isinstance(value, list) else value


def hardware(args: argparse.Namespace) -> HardwareProfile:
    """The machine asked for, or this one."""
    from advisor.catalog.resolve import Overrides, resolve_hardware

    overrides = Overrides(ram=args.ram, vram=args.vram, bandwidth=args.bandwidth)
    if args.hardware is not None:  # an empty name is a variable that a script forgot to set
        return resolve_hardware(args.hardware, overrides)
    from advisor.probe import probe

    found = probe()
    if overrides == Overrides():
        return found
    from advisor.documents.plain import plain

    return resolve_hardware(plain(found), overrides)


def model(args: argparse.Namespace) -> ModelProfile | None:
    """The model asked for, by an option or in the requirements' file; None when none was."""
    stated = getattr(args, "requirements", None)
    if args.model is None and args.params is None and stated is not None and stated != "-":
        args.model = _document(stated).model
    if args.model is None and args.params is None:
        return None
    from advisor.catalog.resolve import resolve_model

    if args.model is not None and args.params is not None:
        from advisor.errors import UnknownNameError

        try:
            known = resolve_model(args.model)
        except UnknownNameError:
            return resolve_model(args.model, params=args.params)
        raise UsageError(
            f"--model {known.name} and --params {args.params} contradict: the model's size is known; "
            "give one of them"
        )
    return resolve_model(args.model, params=args.params)


def needed_model(args: argparse.Namespace) -> ModelProfile:
    """The model asked for; UsageError when none was."""
    found = model(args)
    if found is None:
        raise UsageError("which model? give --model NAME, a GGUF file, or --params 13B")
    return found
