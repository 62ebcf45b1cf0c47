"""Reduce a table of measurements to one median per configuration: `python scripts/reduce.py FILE.csv`.

For sources that state no open licence: the figures of one configuration become their median, with their
number `n` and half their interquartile range over the median, `spread`; words are left behind. The file is
rewritten in place; `seal.py` renews its origin.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

FIGURES = ("file_gib", "value", "stderr", "baseline_value")
WORDS = ("notes", "audit", "engine_version", "n", "spread")


def reduced(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per configuration: all columns that are neither figures nor words tell configurations apart."""
    figures = [column for column in FIGURES if column in frame]
    key = [column for column in frame if column not in (*FIGURES, *WORDS)]
    numbers = frame.assign(**{column: pd.to_numeric(frame[column]) for column in figures})
    groups = numbers.groupby(key, sort=False, dropna=False)
    low, high = (groups["value"].quantile(share) for share in (0.25, 0.75))
    table = groups[figures].median()
    table["n"] = groups.size()
    table["spread"] = ((high - low) / 2 / table["value"].abs()).where(table["n"] > 1)
    order = [column for column in frame if column in key or column in figures]
    return table.reset_index()[[*order, "n", "spread"]]


def main(path: Path) -> None:
    """Rewrite the table."""
    table = reduced(pd.read_csv(path, dtype=str, keep_default_na=False))
    table.to_csv(path, index=False, lineterminator="\n", float_format="%.9g")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
