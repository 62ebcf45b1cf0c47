"""Sources and devices that choices of settings of local speed do not see."""

from __future__ import annotations

from advisor.evaluation.holdout import held
from advisor.training.local_speed.fit import submitter
from advisor.training.local_speed.rows import Row

HELD_IN = 6
"""One group in so many is held back. Not wholly untouched: the balance between devices in `row_weights`, the
rule for what is uploaded and the rented cards left out were chosen on figures of all rows; later choices are
to be made without the part held back."""


def is_held(row: Row) -> bool:
    """Whether the row's source, or its device, belongs to the part held back; HELD_IN says what was chosen on
    it all the same."""
    return any(held("local speed", name, 2 * HELD_IN) for name in (submitter(row), row.device.key))
