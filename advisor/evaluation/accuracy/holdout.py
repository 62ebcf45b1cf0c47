"""Families and sources that no setting of the accuracy model was chosen on, kept by a hash of their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from advisor.evaluation.accuracy import figures
from advisor.evaluation.holdout import held
from advisor.training.accuracy.frame import frame
from advisor.training.accuracy.model import AccuracyModel
from advisor.training.accuracy.rows import Row

SETTINGS = (
    "chosen looking at folds of all families, before a holdout was kept: most prior spreads, role "
    "sensitivities, noise per bit, groups of sister families and knots",
    "chosen on the folds without the holdout: the part of a shift that a measured scheme's tasks share (0.5),"
    " the prior spreads of family, model, source and task terms, and the terms of plain rounding by size and"
    " year",
    "likewise, in a later round: effects of editions on damage, and errors by how a source's figures scatter",
    "likewise: the spreads of families, methods and sources, which are what their members show in a fit "
    "without the holdout; that ten parts are left out in turn, not six, was seen on all rows",
    "prompted by answers that were wrong, some of them on the held source qllm_eval, and kept for what they "
    "mean rather than for a figure: activations as steps of one ladder, the KV cache by task, collapsed runs",
    "so the holdout is not wholly untouched: its figures are a check on the folds',"
    " and later changes are to be chosen without it",
)
"""What the reader must know about the figures: which settings saw which rows."""


def is_held_group(name: str) -> bool:
    """Whether family or source *name* belongs to the fifth that is kept apart."""
    return held("accuracy", name, 5)


def is_held(row: Row) -> bool:
    """Whether *row* is of a held family or a held source."""
    return is_held_group(row.model.family) or is_held_group(row.source)


def holdout(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Errors on held families and on held sources, by bits, from one fit that saw neither."""
    model = AccuracyModel().fit([row for row in rows if not is_held(row)])
    table = frame(rows)
    found: list[dict[str, Any]] = []
    for what, column in (("families", "family"), ("sources", "source")):
        kept = table[table[column].map(is_held_group)]
        kept = kept.assign(predicted=model.predict(kept["row"]), error=kept["sigma"], unseen=kept[column])
        tasks = kept[(kept["kind"] == "task") & kept["offered"]]
        found += [{"held": what, **line} for line in figures.losses(tasks)]
        damages = [figures.damage(kept, kept["predicted"], kind) for kind in ("ppl", "kld")]
        found += [{"held": what, **line} for line in damages]
    return found
