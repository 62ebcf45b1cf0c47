"""What a model file is - its true mix of types, not its name - and whether it fits this machine."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from advisor.cli import options
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Recommendation
from advisor.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

_ENDINGS = (".gguf", ".json", ".safetensors", ".bin")


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
    from advisor.api import recommend

    model = _model(args.file)
    requirements = options.requirements(args, model)
    answer = recommend(requirements, options.hardware(args), model)
    miss = answer.nearest_miss
    plan = answer.recommendation or (miss.plan if miss else None)
    if args.json:
        from advisor.documents.plain import dumps

        print(
            dumps(
                {
                    "schema_version": "1.0",
                    "status": answer.status,
                    "file": facts(model),
                    "types": mix(model),
                    "plan": plan,
                    "warnings": answer.warnings,
                }
            )
        )
    else:
        print(_text(model, answer))
    return ExitCode.OK if answer.status == "ok" else ExitCode.NOTHING_FITS


def _model(name: str) -> ModelProfile:
    """The model in the file or directory. Raises BadFileError for anything that is no model."""
    from advisor.catalog.gguf import read_gguf
    from advisor.catalog.resolve import resolve_model
    from advisor.documents.files import expanded, is_there
    from advisor.errors import BadFileError

    path = expanded(name)
    if not is_there(path):
        raise BadFileError(f"{name} does not exist; give a GGUF file, an HF directory or a config.json")
    if path.is_dir() or path.suffix.lower() in _ENDINGS:
        return resolve_model(os.path.join(os.curdir, name))  # a bare word would be a model's name
    if not _starts_as_gguf(path):
        raise BadFileError(
            f"{name} is not a GGUF file, a Hugging Face directory or a config.json; give one of these"
        )
    return read_gguf(path)  # Ollama's blobs have no ending


def _starts_as_gguf(path: Path) -> bool:
    from advisor.documents.files import open_regular

    with open_regular(path) as file:
        return file.read(4) == b"GGUF"


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


def _bytes(count: int) -> str:
    """'4.92 GB', '812 MB', '96.3 KB': three digits of the unit that fits."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= size:
            return f"{_three(count / size)} {unit}"
    return f"{count} bytes"


def _three(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _params(count: int) -> str:
    for unit, size in (("billion", 1e9), ("million", 1e6)):
        if count >= size:
            return f"{_three(count / size)} {unit}"
    return str(count)


_LINES: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("name", "name", str),
    ("architecture", "architecture", str),
    ("scheme", "scheme", str),
    ("file_size_bytes", "file", _bytes),
    ("weights_bytes", "weights", _bytes),
    ("n_params", "parameters", _params),
    ("bpw", "bits per weight", "{:.2f}".format),
    ("context_length", "context length", "{} tokens".format),
    ("n_layers", "layers", str),
    ("vocab_size", "vocabulary", "{} tokens".format),
    ("tokenizer", "tokenizer", str),
)
"""Fact, its label, how it is written."""


def _text(model: ModelProfile, answer: Recommendation) -> str:
    from advisor.report.figures import table
    from advisor.report.terminal import cleaned
    from advisor.report.text import recommendation_text

    found = cleaned(facts(model))
    rows = [(label, write(found[name])) for name, label, write in _LINES if found[name] not in (None, (), "")]
    lines = [found["path"] or found["name"], "", *table(rows[1:], rows[0])]
    lines += [f"  note: {note}" for note in found["notes"]]
    if model.tensors:
        cells = [(kind, str(entry["tensors"]), _bytes(entry["bytes"])) for kind, entry in mix(model).items()]
        lines += ["", *table(cells, ("type", "tensors", "size"))]
    return "\n".join([*lines, "", recommendation_text(answer)])
