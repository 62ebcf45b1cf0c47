"""What every ingest step shares: text tables in, text tables and their origins out, always the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

DATE_ACCESSED = "2026-11-26"
"""The day the latest hand-over was closed."""

Files = dict[str, bytes]
"""Path relative to the repository root -> content."""


def read_text_table(path: Path) -> pd.DataFrame:
    """A CSV with every cell as the text it has there; empty stays empty."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The frame as UTF-8 CSV with \\n line ends."""
    return frame.to_csv(index=False, lineterminator="\n").encode()


def figure(value: float) -> str:
    """A number as short text: nine significant digits, no trailing zeros."""
    return f"{value:.9g}"


def _toml_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def origin_bytes(fields: dict[str, str | int], data: bytes) -> bytes:
    """The sidecar of *data*: the fields in their order, then the SHA-256."""
    lines = [
        f"{key} = {value if isinstance(value, int) else _toml_string(value)}" for key, value in fields.items()
    ]
    lines.append(f'sha256 = "{hashlib.sha256(data).hexdigest()}"')
    return ("\n".join(lines) + "\n").encode()


def add_table(files: Files, path: str, frame: pd.DataFrame, fields: dict[str, str | int]) -> None:
    """Put a table and its sidecar `<path without .csv>.origin.toml` into *files*; rows are counted here."""
    data = csv_bytes(frame)
    files[path] = data
    files[path.removesuffix(".csv") + ".origin.toml"] = origin_bytes({**fields, "rows": len(frame)}, data)
