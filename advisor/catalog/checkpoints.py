"""Quantized files that are really published: (model, scheme) -> repository, file and bytes."""

import re
from functools import cache
from typing import Literal, NamedTuple

from advisor.catalog.models.table import exact, profile_at, squash
from advisor.catalog.names import whole
from advisor.catalog.rows import starting_with
from advisor.documents.model import ModelProfile

_FILE = "checkpoints.csv"
Hub = Literal["huggingface", "docker"]
Doubt = Literal["", "group", "granularity", "rough", "pattern"]
"""What the source leaves open: group size or scales (the usual ones are assumed), a size that sources state
differently, a file name that is a pattern."""
_UNSURE: tuple[Doubt, ...] = ("group", "granularity")
"""The source does not say in which groups or with which scales: another scheme may be in the file."""
FP8_OF = {
    **dict.fromkeys(("qwen", "deepseek-ai"), "W8A8-FP-block"),
    **dict.fromkeys(("redhatai", "neuralmagic", "nvidia", "amd"), "W8A8-FP-static"),
}
"""Publishers whose '-FP8' has one scale per 128 x 128 block (https://huggingface.co/Qwen/Qwen3-8B-FP8), or
static activation scales (https://huggingface.co/RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8,
https://huggingface.co/nvidia, https://huggingface.co/amd)."""
_GROUPED_OF = {
    "qwen": ("awq-g128", "gptq-g128"),
    "redhatai": ("gptq-g128",),
    "neuralmagic": ("gptq-g128",),
    "hugging-quants": ("awq-g128", "gptq-g128"),
    "casperhansen": ("awq-g128",),
    "thebloke": ("awq-g128",),
    "intel": ("autoround-g128",),
    **dict.fromkeys(("mlx-community", "lmstudio-community", "liquidai"), ("bit-g64",)),
}
"""Publishers whose copies are in the groups their recipes state
(https://qwen.readthedocs.io/en/latest/quantization/awq.html, the model cards of https://huggingface.co/RedHatAI,
https://huggingface.co/hugging-quants and https://huggingface.co/TheBloke, AutoAWQ's and AutoRound's defaults
https://github.com/casper-hansen/AutoAWQ, https://github.com/intel/auto-round, and mlx_lm.convert's,
https://github.com/ml-explore/mlx-lm)."""
_UNITS = {"GiB": float(1 << 30), "GB": 1e9}
_USUAL = ("unsloth", "bartowski", "ggml-org", "lmstudio-community", "RedHatAI", "nvidia", "mlx-community")
"""Publishers preferred among equals, in this order: those of most models in the table, makers of kernels and
engines among them."""


class Checkpoint(NamedTuple):
    """One row of profiles/checkpoints.csv."""

    repository: str
    edition: str | None
    """The unquantized repository it was made of; None when the source does not tell which edition it is."""
    quantization_aware: bool
    """Made of weights that were trained to be quantized (QAT)."""
    scheme: str
    """The catalogue's name where it has one, else as published."""
    format: str
    """gguf, mlx, exl3, awq, gptq, compressed-tensors, modelopt …"""
    file: str
    """A file of the repository, or a pattern ('*.safetensors')."""
    n_files: int
    exact_bytes: int | None
    """All files together, where the source shows bytes."""
    shown_bytes: int | None
    """The size as shown, in bytes, where the source rounds it; see `rounding_bytes`."""
    rounding_bytes: int
    """Half of the last digit shown."""
    imatrix: bool | None
    licence: str | None
    doubt: Doubt
    source: int
    """Row of profiles/checkpoint_sources.csv, see `source_url`."""

    @property
    def publisher(self) -> str:
        """The owner of the repository."""
        return self.repository.partition("/")[0]

    @property
    def hub(self) -> Hub:
        """Where it is pulled from: Docker Hub calls its own namespace `ai`."""
        return "docker" if self.publisher == "ai" else "huggingface"

    @property
    def sure(self) -> bool:
        """Whether it can be pulled by name and holds the very scheme it is listed under."""
        publisher = self.publisher.lower()
        told = (
            self.scheme.endswith(_GROUPED_OF.get(publisher, ()))
            if self.doubt == "group"
            else (self.doubt == "granularity" and FP8_OF.get(publisher) == self.scheme)
        )
        return self.hub == "huggingface" and (told or self.doubt not in _UNSURE)

    @property
    def n_bytes(self) -> int | None:
        """The exact size, else the one shown; None when the source states neither."""
        return self.exact_bytes if self.exact_bytes is not None else self.shown_bytes


def checkpoints(model: ModelProfile, scheme: str | None = None) -> tuple[Checkpoint, ...]:
    """Published files of *model* in *scheme* (in any when None), the best first; empty when none is known.

    Of a repository that was named only its own files; else those of exactly this edition: first from its
    vendor, then those of which the bytes are known, made with an importance matrix, by a usual publisher.
    """
    named = model.files_repository
    if named is None and model.fixed_scheme and model.hf_id != model.edition:
        named = model.hf_id if model.hf_id != _own_edition(model.catalog_name or "") else None
    found = [
        one
        for one in (_in_scheme(model.catalog_name, scheme) if model.catalog_name else ())
        if _is_of(one, model, named)
    ]
    vendor = (model.edition or "").partition("/")[0]
    return tuple(sorted(found, key=lambda one: _rank(one, vendor, named)))


def all_checkpoints(model: ModelProfile) -> tuple[Checkpoint, ...]:
    """Every published file made of this row of the catalogue, of any edition, in the table's order."""
    return tuple(_of_model(model.catalog_name or model.name))


def source_url(checkpoint: Checkpoint) -> str:
    """The page on which its size was read."""
    return starting_with("checkpoint_sources.csv", str(checkpoint.source))[0]["url"]


@cache
def _of_model(catalog_name: str) -> tuple[Checkpoint, ...]:
    return tuple(_of_cells(row) for row in starting_with(_FILE, catalog_name))


@cache
def _in_scheme(catalog_name: str, scheme: str | None) -> tuple[Checkpoint, ...]:
    return tuple(one for one in _of_model(catalog_name) if scheme in (None, one.scheme))


def _own_edition(catalog_name: str) -> str | None:
    index = exact().get(squash(catalog_name))
    return None if index is None else profile_at(index).edition


def _is_of(one: Checkpoint, model: ModelProfile, named: str | None) -> bool:
    if named is not None:
        return one.repository.lower() == named.lower()
    if model.name.lower().endswith("-qat"):
        return one.quantization_aware
    return model.edition is not None and one.edition == model.edition and not one.quantization_aware


def _rank(one: Checkpoint, vendor: str, named: str | None) -> tuple[bool | int | str, ...]:
    usual = _USUAL.index(one.publisher) if one.publisher in _USUAL else len(_USUAL)
    return (
        one.repository.lower() != (named or "").lower(),
        one.hub != "huggingface",
        one.publisher.lower() != vendor.lower(),
        one.exact_bytes is None,
        one.n_bytes is None,
        one.imatrix is not True,
        usual,
        one.repository.lower(),
    )


def _of_cells(row: dict[str, str]) -> Checkpoint:
    own = _own_edition(row["model"])
    shown, rounding = _shown(row["size"], row["unit"])
    doubt: Doubt = row["doubt"]  # type: ignore[assignment]  # a test holds the column to the list
    return Checkpoint(
        repository=row["repository"],
        edition={"": own, "-": None}.get(row["edition"], row["edition"]),
        quantization_aware=row["kind"] == "qat",
        scheme=row["scheme"],
        format=row["format"],
        file=_file(row),
        n_files=whole(row["n_files"]) or 1,
        exact_bytes=whole(row["n_bytes"]),
        shown_bytes=shown,
        rounding_bytes=rounding,
        imatrix={"yes": True, "no": False}.get(row["imatrix"]),
        licence=row["licence"] or None,
        doubt=doubt,
        source=int(row["source"]),
    )


def _shown(size: str, unit: str) -> tuple[int | None, int]:
    """(bytes, half of the last digit in bytes) of '1.8' GiB."""
    if not size:
        return None, 0
    digits = len(size.partition(".")[2])
    return round(float(size) * _UNITS[unit]), round(0.5 * 10**-digits * _UNITS[unit])


def _file(row: dict[str, str]) -> str:
    stem = re.sub(r"-gguf$", "", row["repository"].rpartition("/")[2], flags=re.IGNORECASE)
    if row["file"].startswith("~"):
        return stem + row["file"][1:]
    if row["file"]:
        return row["file"]
    return f"{stem}-{row['scheme']}.gguf" if row["format"] == "gguf" else "*.safetensors"
