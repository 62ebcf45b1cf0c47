"""Rows as a table: what of scheme, model and benchmark the evaluations speak of."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from advisor.catalog.schemes import all_schemes
from advisor.training.accuracy.rows import Row

_OF_THE_ROW = ("kind", "y", "sigma", "ceiling", "source", "category", "dataset")
_OF_THE_SCHEME = ("method", "bits", "group", "act", "kv_bits", "calibrated")
NOT_OFFERED = ("omniquant", "quip", "papers", "unserved")


def offered(row: Row) -> bool:
    """Whether an engine runs the row's scheme, only rounded: none runs integer activations below 8 bits or
    methods of papers.
    """
    scheme = row.scheme
    engines = scheme.act in ("", "fp8", "int8", "int8-smooth", "fp4") and scheme.method not in NOT_OFFERED
    return engines and scheme.recovered in ("", "tuned")


def frame(rows: Iterable[Row]) -> pd.DataFrame:
    """One line per row, in their order; `row` is the row itself and `y` as the row has it. `listed` rows are
    of a scheme that the catalogue lists and the advisor may recommend."""
    listed = {scheme.name for scheme in all_schemes()}
    return pd.DataFrame(
        [
            {
                "row": row,
                **{name: getattr(row, name) for name in _OF_THE_ROW},
                "family": row.model.family,
                "model": row.model.name,
                "params_b": row.model.params_b,
                "catalog_model": row.cell[0],
                "scheme": row.cell[1],
                **{name: getattr(row.scheme, name) for name in _OF_THE_SCHEME},
                "offered": offered(row),
                "listed": row.cell[1] in listed,
            }
            for row in rows
        ]
    )
