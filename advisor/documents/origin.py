"""Where a data file comes from: the sidecar `<name>.origin.toml` beside every table."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import BadFileError


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A sidecar; every field is written out in the file."""

    title: str
    producer: str
    """Who published it; 'quant-advisor' for our own measurements."""
    url: str
    date_published: str
    """As exact as the source says: a year, a month or a day; '' when it says none."""
    date_accessed: str
    """ISO date."""
    licence: str
    """The licence the source states, or 'licence not stated …'."""
    derivation: str
    """As transcribed, reduced, or how it was made."""
    audit: str = ""
    """What is doubtful about the source."""
    rows: int | None = None
    """Rows of the table, its header apart; None for files that are not tables."""
    sha256: str
    """Of the data file, lower-case hexadecimal."""

    @property
    def is_reduced(self) -> bool:
        """Whether the file holds medians only, because the source states no open licence."""
        return self.derivation.startswith("Reduced")


def sidecar(data: Path) -> Path:
    """The origin file of a data file: gpus.csv -> gpus.origin.toml."""
    return data.with_suffix(".origin.toml")


def read_origin(data: Path) -> Origin:
    """The origin of a data file. Raises BadFileError when the sidecar is missing or not one."""
    path = sidecar(data)
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        return Origin(**fields)
    except FileNotFoundError:
        raise BadFileError(f"{data.name} has no origin; write {path.name} beside it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise BadFileError(
            f"{path.name} is not an origin: {error}; see advisor/documents/origin.py"
        ) from None


def digest(data: Path) -> str:
    """SHA-256 of the file's bytes."""
    return hashlib.sha256(data.read_bytes()).hexdigest()
