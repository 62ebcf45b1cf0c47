"""How sure a row of profiles/models.csv is the model that a name means, and what an answer says of it."""

from typing import Literal, NamedTuple

Basis = Literal["same", "sibling", "version", "fine-tune", "same-shapes"]
"""How sure a match is: the row itself, an edition of it under another name, one of several versions, trained
from it, or another model of its shapes."""

_NOTES: dict[Basis, str] = {
    "version": "which version is meant is not stated: {name} is assumed",
    "fine-tune": "taken as a fine-tune of {name}, whose shapes it has",
    "same-shapes": "a model of its own with the shapes of {name}, which stands in for it",
}


class Match(NamedTuple):
    """A row of profiles/models.csv and how sure it is."""

    row: int
    basis: Basis

    @property
    def note(self) -> str:
        """What has to be said of it, with {name} for the row's; empty when nothing has to."""
        return _NOTES.get(self.basis, "")


def said(text: str, name: str, found: Match) -> tuple[str, ...]:
    """What an answer says of the match of *text* with the row called *name*."""
    return (f"{text!r}: {found.note.format(name=name)}",) if found.note else ()
