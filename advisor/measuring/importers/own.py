"""Our own export: CSV or JSON lines with the columns of `advisor.measuring.rows.COLUMNS`."""

from __future__ import annotations

import csv
import io

from advisor.errors import BadFileError
from advisor.measuring.importers._common import first_record, json_records
from advisor.measuring.rows import Row, of_plain
from advisor.measuring.spreadsheet import without_apostrophe

TITLE = "advisor measurements export (csv, jsonl)"
_NEEDED = {"kind", "metric", "value"}


def recognise(text: str) -> bool:
    """Whether the columns are ours; a table with only the needed ones will do, so that one can be written
    by hand."""
    if text.lstrip().startswith("{"):
        return set(first_record(text)) >= _NEEDED
    return set(next(csv.reader([text.lstrip("﻿").split("\n", 1)[0]]), ())) >= _NEEDED


def read(text: str) -> list[Row]:
    """Every row; BadFileError names the line that is wrong."""
    if text.lstrip().startswith("{"):
        records = json_records(text)
        if not records:
            raise BadFileError("not every line is a JSON object; export it again")
    else:
        table = csv.DictReader(io.StringIO(text.lstrip("﻿")))
        records = [{name: without_apostrophe(cell) for name, cell in row.items()} for row in table]
    rows = []
    for number, record in enumerate(records, start=1):
        try:
            rows.append(of_plain(record))
        except (ValueError, TypeError) as error:
            raise BadFileError(f"row {number}: {error}") from None
    return rows
