"""How many tokens a plan keeps room for: what was asked for, or what nobody asked for and may shrink."""

from __future__ import annotations

from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Requirements

_STEP_TOKENS = 256
"""A shrunken context is a multiple of this: llama.cpp pads its cache to 256 cells."""


def rooms(requirements: Requirements, model: ModelProfile) -> tuple[int, ...]:
    """Context sizes to plan for, the one wanted first; the second, if any, is the least that would do.

    An unstated context is soft: it may shrink to one request's prompt and answer, and never costs accuracy.
    """
    asked = requirements.context_tokens
    if isinstance(asked, int):
        return (asked,)
    most = model.context_length
    least = min(requirements.request_tokens, most) if most else requirements.request_tokens
    wanted = min(requirements.room_tokens, most) if most else requirements.room_tokens
    if asked == "max":
        return (least,)
    return (wanted, least) if least < wanted else (wanted,)


def largest(least: int, wanted: int, fits_tokens: int | None) -> int:
    """The largest context from *least* to *wanted* of which *fits_tokens* says that it fits."""
    found = (fits_tokens or 0) // _STEP_TOKENS * _STEP_TOKENS
    return max(least, min(wanted, found))
