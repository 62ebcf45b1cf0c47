"""Where a data file comes from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from advisor.documents.origin import Origin, digest, read_origin, sidecar
from advisor.errors import BadFileError

FIELDS: dict[str, Any] = {
    "title": "t",
    "producer": "p",
    "url": "https://example.org",
    "date_published": "2026",
    "date_accessed": "2026-11-01",
    "licence": "MIT",
    "derivation": "As transcribed",
    "sha256": "0" * 64,
}


def test_a_missing_or_broken_origin_is_a_bad_file(tmp_path: Path) -> None:
    """A data file without a sidecar, and a sidecar with a wrong key, are one-line errors naming the mend."""
    data = tmp_path / "table.csv"
    data.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(BadFileError, match=r"has no origin; write table\.origin\.toml"):
        read_origin(data)
    sidecar(data).write_text('title = "t"\ncolour = "red"\n', encoding="utf-8")
    with pytest.raises(BadFileError, match="is not an origin"):
        read_origin(data)


def test_an_origin_stands_beside_its_file(tmp_path: Path) -> None:
    """One folder, one name, another ending."""
    data = tmp_path / "gpus.csv"
    data.write_bytes(b"a\n1\n")
    sidecar(data).write_text("".join(f'{name} = "{text}"\n' for name, text in FIELDS.items()), "utf-8")
    assert (sidecar(data).name, read_origin(data)) == ("gpus.origin.toml", Origin(**FIELDS))


def test_a_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    """A line ending changed is another file."""
    data = tmp_path / "x"
    data.write_bytes(b"a\r\n")
    assert digest(data) == hashlib.sha256(b"a\r\n").hexdigest()


@pytest.mark.parametrize(
    ("derivation", "reduced"), [("Reduced to medians", True), ("As transcribed", False), ("", False)]
)
def test_a_reduced_file_says_so_first(derivation: str, reduced: bool) -> None:
    """It holds medians only."""
    assert Origin(**{**FIELDS, "derivation": derivation}).is_reduced is reduced
