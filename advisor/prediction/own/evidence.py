"""What the user measured, as plain data: handed in with the case, empty by default.

`advisor.measuring.own` makes it from the user's store; nothing here reads a file.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from advisor.documents.hardware import HardwareProfile

Phase = Literal["decode", "prefill"]
PHASES: tuple[Phase, ...] = ("decode", "prefill")


class Point(NamedTuple):
    """What the correction of a configuration depends on."""

    family: str
    log_bytes: float
    """Log of the bytes read to decode one token."""
    sparse: bool
    cell: str
    """Model and scheme."""


class Evidence(NamedTuple):
    """One configuration measured on the machine."""

    backend: str
    phase: Phase
    point: Point
    log_ratio: float
    """log(measured ÷ predicted) of its speed."""
    rows: int = 1
    """Rows of the store behind it."""
    doubtful: bool = False
    """Whether all of them were taken on a busy or hot machine."""


class Pooled(NamedTuple):
    """The configurations of one backend and phase, solved: what `pooling.posterior` needs of them."""

    backend: str
    phase: Phase
    points: tuple[Point, ...]
    alpha: tuple[float, ...]
    cholesky: tuple[tuple[float, ...], ...]
    log_ratios: tuple[float, ...]
    """log(measured ÷ predicted) of each point."""
    doubtful: tuple[bool, ...]
    calm: bool
    """Whether any was measured on a quiet machine."""
    rows: int
    busy_rows: int


class OwnDamage(NamedTuple):
    """The user's figures of one metric of a model under a scheme, one a text."""

    model: str
    scheme: str
    metric: Literal["ppl_ratio", "kld_mean"]
    texts: tuple[tuple[float, float], ...]
    """(value, standard error), each of the newest row of its text."""


class OwnEvidence(NamedTuple):
    """All of it: speeds of the asked machine, and damage wherever it was measured."""

    speed: tuple[Pooled, ...] = ()
    damage: tuple[OwnDamage, ...] = ()
    notes: tuple[str, ...] = ()
    """What an answer says of measurements that were left out."""


NOTHING_OWN = OwnEvidence()
OwnOf = Callable[[HardwareProfile], OwnEvidence]
"""What was measured on a machine, for answers over many of them."""


def nothing_of(hardware: HardwareProfile) -> OwnEvidence:
    """Nobody measured anything on *hardware*."""
    return NOTHING_OWN
