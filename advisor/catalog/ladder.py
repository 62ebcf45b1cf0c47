"""Files of publishers who make one ladder of schemes of every model: a rung no list shows is there too."""

from __future__ import annotations

from advisor.catalog.checkpoints import Checkpoint, checkpoints
from advisor.documents.model import ModelProfile

LADDER = (
    *("Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M", "Q5_K_S", "Q5_K_M"),
    *("Q6_K", "Q8_0"),
)
"""Schemes from the smallest up that such publishers make together."""
_TO_THE_TOP = ("bartowski",)
_LEFT_OUT: dict[str, tuple[str, ...]] = {"bartowski": (), "unsloth": ("Q3_K_L",)}
"""Publishers whose model cards list the ladder without other gaps -> the rungs they never make; the first
goes up to Q8_0 for every model (https://huggingface.co/bartowski, https://huggingface.co/unsloth)."""
_LEAST_RUNGS = 4
"""Rungs that must be known before a repository counts as a ladder: no single upload has so many."""


def rung(model: ModelProfile, scheme: str) -> Checkpoint | None:
    """The file of *model* in *scheme* of a repository whose known files stand on both sides of it, of unknown
    size; None where none has."""
    if scheme not in LADDER:
        return None
    repositories: dict[str, list[Checkpoint]] = {}
    for one in checkpoints(model):
        made = one.sure and scheme not in _LEFT_OUT.get(one.publisher, LADDER)
        if made and one.scheme in LADDER:
            repositories.setdefault(one.repository, []).append(one)
    return next(filter(None, (_between(files, scheme) for files in repositories.values())), None)


def _between(files: list[Checkpoint], scheme: str) -> Checkpoint | None:
    place = LADDER.index(scheme)
    files = sorted(files, key=lambda one: LADDER.index(one.scheme))
    below = [one for one in files if LADDER.index(one.scheme) < place]
    top = scheme == LADDER[-1] and files[0].publisher in _TO_THE_TOP
    known = len(files) >= _LEAST_RUNGS and all(one.scheme != scheme for one in files)
    if not below or not known or not (len(below) < len(files) or top):
        return None
    nearest = below[-1]
    return nearest._replace(
        scheme=scheme,
        file=nearest.file.replace(nearest.scheme, scheme),
        exact_bytes=None,
        shown_bytes=None,
        rounding_bytes=0,
    )
