"""What a model file is - its true mix of types, not its name - and whether it fits this machine."""

from __future__ import annotations

import argparse
from typing import Any

from advisor.cli import options
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Recommendation
from advisor.errors import ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor inspect`."""
    parser.add_argument(
        "file", help="a GGUF file (the first part of a split one), an HF directory or config.json"
    )
    options.add_hardware(parser)
    options.add_need(parser)
    parser.add_argument("--json", action="store_true", help="the file, its types and its plan as JSON")


def run(args: argparse.Namespace) -> int:
    """Describe the file and its memory plan; exit code 3 when it does not fit."""
    from pathlib import Path

    from advisor.catalog.resolve import resolve_model
    from advisor.errors import BadFileError
    from advisor.recommendation.recommend import recommend

    if not Path(args.file).exists():
        raise BadFileError(f"{args.file} does not exist; give a GGUF file, an HF directory or a config.json")
    model = resolve_model(args.file)
    requirements = options.requirements(args, model)
    answer = recommend(requirements, options.hardware(args), model)
    plan = answer.recommendation or (answer.nearest_miss and answer.nearest_miss.plan)
    if args.json:
        from advisor.documents.plain import dumps

        print(dumps({
            "schema_version": "1.0", "status": answer.status, "file": facts(model), "types": mix(model),
            "plan": plan, "warnings": answer.warnings,
        }))
    else:
        print(_text(model, answer))
    return ExitCode.OK if answer.status == "ok" else ExitCode.NOTHING_FITS


def facts(model: ModelProfile) -> dict[str, Any]:
    """What the file says of itself; None where it says nothing."""
    weights = sum(tensor.n_bytes for tensor in model.tensors)
    count = sum(_elements(tensor.shape) for tensor in model.tensors)
    return {
        "path": model.file_path,
        "name": model.name,
        "architecture": model.architecture,
        "scheme": model.fixed_scheme,
        "file_size_bytes": model.file_size_bytes,
        "weights_bytes": weights or None,
        "n_params": model.n_params or count or None,
        "bpw": 8 * weights / count if count and weights else None,
        "context_length": model.context_length,
        "n_layers": model.n_layers,
        "vocab_size": model.vocab_size,
        "tokenizer": model.metadata.get("tokenizer.ggml.model"),
        "notes": model.notes,
    }


def mix(model: ModelProfile) -> dict[str, dict[str, int]]:
    """Type -> number of tensors and bytes."""
    found: dict[str, dict[str, int]] = {}
    for tensor in model.tensors:
        entry = found.setdefault(tensor.type, {"tensors": 0, "bytes": 0})
        entry["tensors"] += 1
        entry["bytes"] += tensor.n_bytes
    return dict(sorted(found.items(), key=lambda item: -item[1]["bytes"]))


def _elements(shape: tuple[int, ...]) -> int:
    count = 1
    for length in shape:
        count *= length
    return count


def _text(model: ModelProfile, answer: Recommendation) -> str:
    from advisor.cli.text import recommendation_text, table

    rows = [
        (name.replace("_", " "), str(value))
        for name, value in facts(model).items()
        if value not in (None, (), "")
    ]
    lines = [model.file_path or model.name, "", *table(rows[1:], rows[0])]
    if model.tensors:
        cells = [
            (kind, str(entry["tensors"]), f"{entry['bytes'] / 1e6:.1f} MB")
            for kind, entry in mix(model).items()
        ]
        lines += ["", *table(cells, ("type", "tensors", "size"))]
    return "\n".join([*lines, "", recommendation_text(answer)])
