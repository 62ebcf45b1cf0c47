"""What the user wrote for `--hardware` and `--model` -> documents."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.machines import find_machine
from advisor.catalog.models import find_model, match_model
from advisor.catalog.names import KEPT_ANSWERS, MOST_CHARACTERS, compiled, parse_bytes, parse_count
from advisor.catalog.overrides import Overrides, apply_overrides
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.errors import BadFileError, UnknownNameError, UsageError

__all__ = ["Overrides", "resolve_hardware", "resolve_model"]


def resolve_hardware(
    text_or_path: str | dict[str, Any], overrides: Overrides | None = None
) -> HardwareProfile:
    """The machine meant by a name, a saved probe or a document.

    Names: 'RTX 4090', '2x A100 80GB', 'M3 Max 64GB', 'EPYC 9654 384GB', 'RTX 4090 + EPYC 9654 128GB', '8GB
    GPU 32GB RAM', '16GB laptop', 'Raspberry Pi 5', 'Pixel 6a', 'g5.xlarge'. A GPU alone gets a host of
    unknown CPU and RAM. Of a machine with unified memory `gpus[].memory_total_bytes` is what the GPU may use
    of it. Raises UnknownNameError (with the nearest names), UsageError (impossible override; with *overrides*
    also a name of which neither they nor the catalogue state a figure), BadFileError (bad document).
    """
    if isinstance(text_or_path, dict):
        from advisor.catalog.inventories.own_documents import hardware_document  # deferred: a document alone

        profile = hardware_document(text_or_path, "the hardware document")
    elif len(text_or_path) > MOST_CHARACTERS * 4:  # a path has up to 4,096
        raise UsageError(f"a machine's name of {len(text_or_path)} characters; give a name or a file")
    elif text_or_path.partition("#")[0] == "-" or _is_path(text_or_path.partition("#")[0], _MACHINE_FILES):
        profile = _machine_file(text_or_path)
    elif not text_or_path.strip():
        raise UsageError("the hardware name is empty; name a GPU, a CPU or a saved probe")
    else:
        profile = _named_or_stated(text_or_path, overrides)
        if overrides and overrides.ram and profile.gpus and profile.gpus[0].vendor == "Apple":
            parse_bytes(overrides.ram, "RAM")
            profile = describe_machine(
                f"{text_or_path} {overrides.ram}"
            )  # the memory size tells a chip's bins apart
    if overrides is None:
        return profile
    return _known(apply_overrides(profile, overrides) if overrides != Overrides() else profile)


def _named_or_stated(text: str, overrides: Overrides | None) -> HardwareProfile:
    """The machine of that name, or one nobody lists with the figures that are stated for it."""
    try:
        return describe_machine(text)
    except UnknownNameError:
        from advisor.catalog.hardware.stated import stated_machine  # deferred: the catalogue names most

        stated = stated_machine(text, overrides) if overrides else None
        if stated is None:
            raise
        return stated


def _known(profile: HardwareProfile) -> HardwareProfile:
    """The profile, if an engine runs there and there is any figure to answer from. Raises UsageError."""
    machine = find_machine(profile.board) if profile.board else None
    if machine is not None and machine.refusal:
        raise UsageError(f"{machine.name}: {machine.refusal}; name a GPU or a computer")
    sizes = (profile.memory.total_bytes, *(gpu.memory_total_bytes for gpu in profile.gpus))
    rates = (profile.memory.bandwidth_bytes_per_s, *(gpu.bandwidth_bytes_per_s for gpu in profile.gpus))
    if profile.board and profile.source != "probe" and not any(sizes) and not any(rates):
        size = "--vram" if profile.gpus else "--ram"
        raise UsageError(
            f"{profile.name!r} is known by name only: no source at hand states its memory or bandwidth; "
            f"give {size} and --bandwidth"
        )
    return profile


_MACHINE_FILES = (".json", ".xml", ".csv", ".txt", ".yaml", ".yml", ".gz", ".plist", ".log")


def _is_path(text: str, endings: tuple[str, ...]) -> bool:
    """Whether the text means a file: it ends like one, or something of this name is there."""
    if text.lower().endswith(endings):
        return True
    looks_like_one = "/" in text or "\\" in text or text.startswith((".", "~"))
    if not looks_like_one:
        return False
    from advisor.documents.files import is_there  # deferred: only a file needs it

    return is_there(text)


def _machine_file(text: str) -> HardwareProfile:
    """A saved probe, a document of ours, or another tool's inventory; `FILE#NODE` names one of its nodes."""
    from advisor.documents.files import read_standard_input, read_text  # deferred: only a file needs them

    path, _, node = text.partition("#")
    if path == "-":
        return machine_of(read_standard_input(), "standard input", node or None)
    return machine_of(read_text(path), path, node or None)


def machine_of(content: str, what: str, node: str | None = None) -> HardwareProfile:
    """The machine that the text of a file describes, whoever wrote it.

    Raises BadFileError, and UsageError when *content* holds several machines and *node* names none.
    """
    from advisor.catalog.inventories import find_inventory, read_inventory, sole_machine
    from advisor.catalog.inventories.own_documents import hardware_document
    from advisor.documents.plain import json_value

    if (machines := find_inventory(content, what)) is not None:
        return sole_machine(machines, node, what)
    if not content.lstrip("\ufeff \t\r\n").startswith("{"):
        return sole_machine(read_inventory(content, what), node, what)
    return hardware_document(json_value(content.lstrip("\ufeff"), what), what)


_SAME_MODEL = 0.45
"""Share by which a stated size may differ from the row's, as for `match_model`."""
_BARE_SIZE = (
    r"\s*(\d+(?:\.\d+)?\s*[bmt])(?:[ -]?a(\d+(?:\.\d+)?\s*[bm]))?"
    r"(?:\s+(?:params?|parameters|model))?\s*"
)


def resolve_model(text_or_path: str | dict[str, Any] | None, params: str | None = None) -> ModelProfile:
    """The model meant by a catalogue name, a .gguf file, a config.json, a Hugging Face directory, a size or a
    document; or by a command or link that is about one ('ollama run phi4').

    A size alone ('13B', '30B-A3B', or *params*) gives a profile without shapes. Name and *params* together:
    the catalogue row if there is one, else a model of that name and size. The name of a quantized checkpoint
    ('Qwen/Qwen2.5-7B-Instruct-AWQ') gives the model with that scheme as `fixed_scheme`. Raises
    UnknownNameError, UsageError, BadFileError.
    """
    if isinstance(text_or_path, dict):
        return _model_document(text_or_path)
    text = (text_or_path or "").strip()
    if not text:
        if params is None:
            raise UsageError("no model is given; name one, or give a file or --params 8B")
        return _bare(params, None)
    if text[0].isdigit() and compiled(_BARE_SIZE).fullmatch(text):
        return _bare(text, None)
    if len(text.split(maxsplit=2)) > 2 or "/" in text:
        from advisor.catalog.models.pasted import named_in  # deferred: a plain name is no command

        text = named_in(text)
    if _is_path(text, (".gguf", ".json", ".safetensors", ".bin")):
        from advisor.documents.files import expanded  # deferred: only a file needs it

        return _published_file(text) or _from_file(str(expanded(text)))
    from advisor.catalog.published import as_published  # deferred: not needed for a machine or a file

    if params is None:
        return as_published(find_model(text), text)
    size = _bare(params, text)
    billions = (size.n_params or 0) / 1e9
    try:
        found = find_model(text)
    except UnknownNameError:
        return size
    agrees = found.n_params is not None and abs(billions * 1e9 / found.n_params - 1) <= _SAME_MODEL
    return as_published(found if agrees else match_model(text, billions) or size, text)


_FILE_OF_REPOSITORY = r"([\w.\-]+/[\w.\-]*gguf[\w.\-]*)/(?:[\w.\-]+/)?([\w.\-]+\.gguf)|([\w.\-]+\.gguf)"


def _published_file(text: str) -> ModelProfile | None:
    """The model of a GGUF file that is named as publishers name theirs and is not here:
    'Qwen3-8B-Q4_K_M.gguf', 'owner/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf'. None for a file that is here, or whose
    name means no model."""
    from advisor.catalog.published import as_published
    from advisor.documents.files import expanded, is_there

    named = compiled(_FILE_OF_REPOSITORY).fullmatch(text)
    if named is None or is_there(str(expanded(text))):
        return None
    name = named[3] or named[2]
    try:
        found = as_published(find_model(name), name)
    except (UnknownNameError, UsageError):
        return None
    if named[1]:
        found = replace(found, files_repository=named[1])
    note = f"no file {text!r} is here: the answer is for the published one of that name"
    return replace(found, notes=(note, *found.notes))


def _model_document(value: dict[str, Any]) -> ModelProfile:
    from advisor.documents.plain import parse

    return parse(
        ModelProfile, {"name": "unnamed model", "source": "user", **value}, what="the model document"
    )


def _bare(size: str, name: str | None) -> ModelProfile:
    """A model of which only the size is known; '30B-A3B' states the active part too."""
    match = compiled(_BARE_SIZE).fullmatch(size)
    total = parse_count(match.group(1) if match else size)
    active = parse_count(match.group(2), "number of active parameters") if match and match.group(2) else total
    if active > total:
        raise UsageError(
            f"{size!r}: more parameters are active than there are; write total and active as 30B-A3B"
        )
    label = size.strip().upper() if match else f"{total / 1e9:g}B"
    return ModelProfile(
        name=name or f"{label} model",
        source="user",
        n_params=total,
        n_active_params=active,
        notes=("only its size is known: sizes and speeds are computed from the parameter count",),
    )


@lru_cache(maxsize=KEPT_ANSWERS)
def _from_file(path: str) -> ModelProfile:
    if path.lower().endswith(".gguf"):
        from advisor.catalog.gguf import read_gguf  # deferred: mmap and struct are needed for files only

        return read_gguf(path)
    from advisor.documents.files import is_folder, is_there

    if is_folder(path):
        ggufs = sorted(Path(path).glob("*.gguf"))
        if not (Path(path) / "config.json").exists() and ggufs:
            from advisor.catalog.gguf import read_gguf

            return read_gguf(ggufs[0])
    from advisor.catalog.hf_config import read_hf

    if not is_there(path):
        raise BadFileError(f"cannot read {path}: no such file")
    return read_hf(path)
