"""Where the user's files may be written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from advisor.documents.files import expanded
from advisor.errors import UsageError


@dataclass(frozen=True)
class Target:
    """Where files may be written."""

    folder: str = "."
    """What the field says at first."""
    fixed: bool = False
    """Whether no other folder may be named."""
    allowed: bool = True
    """Whether anything may be written at all: a browser writes only into a folder named at start."""

    def checked(self, folder: str) -> Path:
        """*folder* as a path, if it may be written; UsageError otherwise."""
        if not self.allowed:
            raise UsageError("nothing is written from a browser unless --folder names the place at start")
        asked = expanded(folder)
        if self.fixed and asked.resolve() != Path(self.folder).resolve():
            raise UsageError(f"files are written into {self.folder} only, which was named at start")
        return asked


ANYWHERE = Target()
