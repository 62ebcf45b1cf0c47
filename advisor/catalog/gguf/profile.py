"""A GGUF file -> ModelProfile: its shapes, its tensors, and which scheme it really has."""

from __future__ import annotations

import re
from pathlib import Path

from advisor.catalog.gguf.header import read_header
from advisor.catalog.gguf.row import completed
from advisor.catalog.gguf.scheme import recognise
from advisor.catalog.gguf.shapes import shapes
from advisor.catalog.names import compiled
from advisor.documents.model import ModelProfile, StoredTensor
from advisor.errors import BadFileError

_KEPT = (
    r"general\.(?:architecture|name|basename|file_type|quantized_by|size_label|finetune|repo_url)$"
    r"|quantize\.imatrix\.|split\.count|tokenizer\.ggml\.(?:model|pre)$"
    r"|[\w-]+\.(?:ssm\.\w+|attention\.shared_kv_layers)$"
)
_PART = r"-(\d{5})-of-(\d{5})\.gguf$"
_MOST_LAYERS = 100_000
_LAYERS_BESIDE = 16
"""Prediction blocks that may follow the layers the header counts: published models have up to 7."""
_MOST_PARTS = 2000
"""Parts of a split file looked for at most: a name may claim 99,999. Published models have about 200."""


def read_gguf(path: str | Path) -> ModelProfile:
    """The model in a GGUF file, or in a split one of which any part is named; only headers are read.

    `tensors` holds every tensor with type and bytes, `fixed_scheme` what the mix of types is (not what the
    name says), `notes` what is unusual. A file that ends after its header (a prefix) gives the same answer
    with a note. Raises BadFileError: not GGUF, version 1, big-endian, damaged, a part of a split file
    missing.
    """
    headers = [read_header(part) for part in _parts(Path(path))]
    metadata = dict(headers[0].metadata)
    lengths = dict(headers[0].array_lengths)
    for header in headers[1:]:
        metadata = {**header.metadata, **metadata}
        lengths = {**header.array_lengths, **lengths}
    tensors = tuple(tensor for header in headers for tensor in header.tensors)
    notes = [note for header in headers for note in header.notes]
    if not tensors:
        raise BadFileError(f"{path} holds no tensors; give the file with the model's weights")
    if len({tensor.name for tensor in tensors}) != len(tensors):
        raise BadFileError(f"{path}: two parts hold the same tensor; download the parts again")
    if not isinstance(metadata.get("general.architecture"), str):
        raise BadFileError(f"{path} does not say its architecture (general.architecture); convert it again")
    _check_layers(path, tensors, metadata)
    scheme, scheme_notes = recognise(tensors, metadata)
    found = shapes(metadata, lengths, tensors)
    profile = ModelProfile(
        name=_name(metadata, Path(path)),
        source="gguf",
        fixed_scheme=scheme,
        tensors=tensors,
        file_path=str(path),
        file_size_bytes=sum(
            max(header.file_bytes, header.complete_bytes if header.notes else 0) for header in headers
        ),
        metadata={**_kept(metadata), "data_offset_bytes": sum(header.data_start for header in headers)},
        notes=(*notes, *scheme_notes),
        **found,
    )
    return completed(profile)


def _check_layers(path: str | Path, tensors: tuple[StoredTensor, ...], metadata: dict[str, object]) -> None:
    """Refuses a file that is no language model's, and layers beyond those the header states: what is summed
    up by layer would take memory by the number in a name."""
    if not any(tensor.name == "token_embd.weight" for tensor in tensors):
        raise BadFileError(
            f"{path} holds no token embedding: it is no language model (a vision projector, an adapter or "
            "another part); give the model's own file"
        )
    stated = metadata.get(f"{metadata['general.architecture']}.block_count")
    most = stated + _LAYERS_BESIDE if isinstance(stated, int) else _MOST_LAYERS
    for tensor in tensors:
        found = re.match(r"blk\.(\d+)", tensor.name, re.ASCII)
        if found and (len(found[1]) > 6 or int(found[1]) >= min(most, _MOST_LAYERS)):
            raise BadFileError(
                f"{path}: the tensor {tensor.name[:60]!r} lies beyond the layers the header states; "
                "download the file again"
            )


def _parts(path: Path) -> list[Path]:
    """All parts of a split file in order; the file itself when it is not split."""
    match = compiled(_PART).search(path.name)
    if not match:
        return [path]
    count = int(match.group(2))
    if not 1 <= count <= _MOST_PARTS:
        raise BadFileError(f"{path} claims to be one of {count} parts; 1 to {_MOST_PARTS} are read")
    stem = path.name[: match.start()]
    parts = [path.with_name(f"{stem}-{number:05d}-of-{count:05d}.gguf") for number in range(1, count + 1)]
    missing = [part.name for part in parts if not part.exists()]
    if missing:
        raise BadFileError(
            f"{path} is one of {count} parts and {missing[0]} is missing"
            + (f" (with {len(missing) - 1} more)" if len(missing) > 1 else "")
            + "; download every part into one folder"
        )
    return parts


def _name(metadata: dict[str, object], path: Path) -> str:
    name = metadata.get("general.name") or metadata.get("general.basename")
    return str(name) if name else compiled(_PART).sub("", path.name).removesuffix(".gguf")


def _kept(metadata: dict[str, object]) -> dict[str, str | int | float | bool]:
    return {
        key: value
        for key, value in metadata.items()
        if compiled(_KEPT).match(key) and isinstance(value, (str, int, float, bool))
    }
