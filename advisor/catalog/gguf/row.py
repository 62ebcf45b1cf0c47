"""What a header cannot say, from the catalogue's row of the model."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

from advisor.catalog.models import all_models, match_model
from advisor.documents.model import ModelProfile

_SAME_COUNT = 0.02
"""Parameter counts this close are one model's (a judgement: tables round to three digits, files hold tensors
the publisher does not count)."""
_SAME = ("n_layers", "hidden_size", "n_heads", "n_experts")


def completed(profile: ModelProfile) -> ModelProfile:
    """The profile with what a header cannot say (family, sliding pattern, HF id …) from the catalogue's row
    of it."""
    row = _catalogue_row(profile)
    if row is None:
        if profile.architecture is None:
            kind = profile.metadata["general.architecture"]
            return replace(
                profile,
                notes=(
                    *profile.notes,
                    f"llama.cpp's architecture {kind!r} is not in the catalogue: "
                    "sizes come from the file, the KV cache is estimated from its heads",
                ),
            )
        return profile
    known = {
        item.name for item in fields(ModelProfile) if getattr(profile, item.name) not in (None, (), {}, "")
    }
    gaps = {
        item.name: getattr(row, item.name)
        for item in fields(ModelProfile)
        if item.name not in known and item.name not in ("notes", "tensors", "metadata", "licence")
    }
    return replace(profile, **{**gaps, "architecture": row.architecture})


def _catalogue_row(profile: ModelProfile) -> ModelProfile | None:
    """The catalogue's row of this model: by name if the shapes agree, else the only row with these shapes."""

    def agrees(row: ModelProfile) -> bool:
        return all(
            getattr(row, name) == getattr(profile, name)
            for name in _SAME
            if getattr(profile, name) is not None and getattr(row, name) is not None
        )

    for text in (
        profile.name,
        str(profile.metadata.get("general.basename", "")),
        Path(profile.file_path or "").name,
    ):
        row = match_model(text) if text else None
        if row is not None and agrees(row):
            return row
    rows = [
        row
        for row in all_models()
        if row.architecture == profile.architecture
        and agrees(row)
        and profile.n_params
        and row.n_params
        and abs(profile.n_params / row.n_params - 1) < _SAME_COUNT
    ]
    return rows[0] if rows and len({row.family for row in rows}) == 1 else None
