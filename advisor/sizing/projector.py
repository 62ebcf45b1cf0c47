"""The part of a model that reads images (and sound): what it weighs, and whether a plan holds it."""

from __future__ import annotations

from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate

from .parts import Weights

_BYTES_PER_PARAM = 2
"""Towers stay at 16 bits: llama.cpp's converter writes projector files in F16 unless told otherwise
(https://github.com/ggml-org/llama.cpp/blob/master/docs/multimodal.md), and quantizers of checkpoints leave
them out (https://docs.vllm.ai/projects/llm-compressor)."""
_USUAL_PARAMS = 550_000_000
"""Taken for a tower of unknown size that has to be there: the median of those profiles/models.csv states."""


def reads_images(model: ModelProfile) -> bool:
    """Whether it has a tower beside the language model."""
    return (model.modality or "text") != "text"


def projector_bytes(model: ModelProfile) -> int | None:
    """Bytes of the tower and its projector at 16 bits; None where nobody stated its parameters."""
    params = model.n_projector_params if reads_images(model) else None
    return None if params is None else params * _BYTES_PER_PARAM


def with_tower(weights: Weights, model: ModelProfile) -> Weights:
    """*weights* of a checkpoint with the tower that its engine loads too; unchanged where they were
    read off files that hold it, where their interval covers it, or where its size is not known."""
    tower = projector_bytes(model)
    if tower is None or not _computed(weights):
        return weights
    return weights._replace(
        total_bytes=_more(weights.total_bytes, tower),
        file_bytes=_more(weights.file_bytes, tower),
        by_role_bytes={**weights.by_role_bytes, "vision tower": tower},
        other_bytes=weights.other_bytes + tower,
    )


def with_projector(weights: Weights, model: ModelProfile, separate: bool) -> Weights:
    """*weights* with a projector that must be loaded, in memory and not in their file; unchanged where it is
    counted already. *separate* as in `images_note`."""
    if not reads_images(model) or not (separate or (projector_bytes(model) is None and _computed(weights))):
        return weights
    tower = projector_bytes(model) or _USUAL_PARAMS * _BYTES_PER_PARAM
    return weights._replace(
        total_bytes=_more(weights.total_bytes, tower),
        by_role_bytes={**weights.by_role_bytes, _PROJECTOR: tower},
        other_bytes=weights.other_bytes + tower,
    )


_PROJECTOR = "projector"


def images_note(model: ModelProfile, weights: Weights, separate: bool) -> str:
    """What a plan says of images; empty where the model reads none or the tower is counted.

    *separate*: the engine keeps the tower in a file of its own, as those that read GGUF do.
    """
    if not reads_images(model):
        return ""
    tower = projector_bytes(model)
    about = "size not known" if tower is None else f"about {tower / 1e9:.2g} GB"
    if counted := weights.by_role_bytes.get(_PROJECTOR):
        kept = "" if tower else f" at {counted / 1e9:.2g} GB, the median of those that are known"
        return (
            f"images: the projector ({about}) is loaded too and counted in memory{kept}; its buffers are "
            "not, and an image takes hundreds of tokens of the context"
        )
    if separate:
        return (
            f"text only: the projector for images (mmproj, {about}) and its buffers are left out; "
            "to read images keep that much memory free besides"
        )
    if tower is None and _computed(weights):
        return f"text only: the tower for images ({about}), which this engine loads too, is left out"
    return ""


def _computed(weights: Weights) -> bool:
    return weights.basis == "exact" and not weights.total_bytes.evidence


def _more(size: Estimate, n_bytes: int) -> Estimate:
    ends = (size.value + n_bytes, size.low + n_bytes, size.high + n_bytes)
    return Estimate.of(ends, size.basis, size.evidence)
