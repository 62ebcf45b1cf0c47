"""A table of new measurements: read, checked, and freed of what the artifact was fitted on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from advisor.catalog.models import match_model
from advisor.documents.columns import COLUMNS
from advisor.documents.measurement import problems
from advisor.errors import BadFileError
from advisor.training.data import tables

_SHOWN = 5
"""Defects of a table that are listed: the rest is like them."""
_SAME = ("hardware", "model", "scheme", "engine", "test", "dataset", "value")
"""Columns that agree where a figure is quoted from another source."""


def read(path: Path) -> dict[str, pd.DataFrame]:
    """Kind -> the table's rows as that predictor reads them; kind is accuracy, or both kinds of speed.

    Needs the required columns of `documents.columns`, of which `source_id` (the file's name) and `n` (1)
    may be left out. Raises BadFileError.
    """
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise BadFileError(f"{path} is no table that can be read: {error}") from None
    frame = frame.assign(
        source_id=frame.get("source_id", path.stem), n=frame.get("n", "1"), flags=frame.get("flags", "")
    )
    found: dict[str, pd.DataFrame] = {}
    for kind in ("accuracy",) if "metric" in frame else ("speed_local", "speed_serving"):
        known = frame.filter(list(COLUMNS[kind]))
        rows = known.itertuples(index=False, name=None)
        defects = problems(kind, list(known.columns), (list(map(str, row)) for row in rows), reduced=False)
        if defects:
            more = f" and {len(defects) - _SHOWN} more" if len(defects) > _SHOWN else ""
            raise BadFileError(f"{path}: {'; '.join(defects[:_SHOWN])}{more}")
        found[kind] = _with_models(
            tables.unified(kind, known.reindex(columns=list(COLUMNS[kind]), fill_value=""))
        )
    return found


def _with_models(frame: pd.DataFrame) -> pd.DataFrame:
    """Model names that no alias knows are looked up as a user's would be; what is left unsaid of a model is
    what the catalogue says."""
    rows = []
    for row in frame.to_dict("records"):
        size = row["params_b"]
        found = match_model(row["model_name"] or row["model"], size if size > 0 else None)
        if found is not None:
            row["model_name"] = row["model_name"] or found.name
            row["params_b"] = size if size > 0 else (found.n_params or 0) / 1e9
            if "family" in row:
                row["family"] = row["family"] or found.family or ""
        rows.append(row)
    return pd.DataFrame(rows, columns=frame.columns)


def unseen(kind: str, frame: pd.DataFrame, reasons: Counter[str]) -> pd.DataFrame:
    """The rows of sources, and of figures, that measurements/ does not hold; the others are counted."""
    held = tables.load(kind)
    known_source = frame["source_id"].isin(set(held["source_id"]))
    columns = [column for column in _SAME if column in frame]
    quoted = pd.Series(
        pd.MultiIndex.from_frame(frame[columns]).isin(pd.MultiIndex.from_frame(held[columns])), frame.index
    )
    reasons["of a source that the artifact was fitted on"] += int(known_source.sum())
    reasons["a figure that the artifact was fitted on, quoted"] += int((quoted & ~known_source).sum())
    return frame[~known_source & ~quoted]
