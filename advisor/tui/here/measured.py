"""A plan measured on this machine: its own file, or its shapes with random weights before any download."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from advisor.catalog.resolve import resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Plan
from advisor.errors import UsageError
from advisor.measuring.progress import Progress
from advisor.measuring.rows import Row
from advisor.measuring.run.speed import SpeedTest, measure_speed
from advisor.measuring.run.synthetic import Files, measure_synthetic
from advisor.measuring.store import Origin, Store
from advisor.report.figures import interval, number
from advisor.tui.here.download import StoppedError

TEST = SpeedTest(prompt_tokens=128, output_tokens=16, repeats=3)
"""A quarter of what `advisor measure` reads and half of what it writes: somebody waits before the screen.
The spread of the repetitions is in the rows."""


class _Told(Progress):
    """The steps go to the screen, which may stop the measurement between two of them."""

    def __init__(self, tell: Callable[[float, str], None], stopped: Callable[[], bool]) -> None:
        super().__init__(TEST.work(1), shown=False)
        self._tell, self._stopped = tell, stopped

    def step(self, amount: float, what: str) -> None:
        """Tell it; StoppedError between two repetitions."""
        super().step(amount, what)
        self._tell(min(self._done / self._total, 1.0), what)
        if self._stopped():
            raise StoppedError("stopped; nothing was kept")


class Measured(NamedTuple):
    """What is measured."""

    plan: Plan
    model: ModelProfile
    """Its shapes, where no file is measured."""
    file: Path | None
    """None: random weights."""


def measure_plan(
    measured: Measured,
    hardware: HardwareProfile,
    tell: Callable[[float, str], None],
    stopped: Callable[[], bool],
) -> list[Row]:
    """Rows of a plan, kept in the store: of its file, or of random weights of its shapes.

    Raises UsageError for a format that no engine here measures, and what measuring raises.
    """
    plan, model, file = measured
    scheme = find_scheme(plan.scheme)
    if not scheme.is_gguf:
        raise UsageError(f"{plan.engine} is measured by its own benchmark; import what that prints")
    if file is not None and not file.is_file():
        raise UsageError(f"{file} is gone: get it again")

    def bar() -> Progress:
        return _Told(tell, stopped)

    if file is not None:
        rows = measure_speed(file, resolve_model(str(file)), TEST, hardware, bar())
    else:
        rows = measure_synthetic(model, scheme, TEST, hardware, Files(), bar)
    with Store() as store:
        store.add(rows, Origin(format="measured here"))
    return rows


def _apart(ratio: float) -> str:
    """How far the prediction is from the measurement; what is far off is a multiple."""
    if 0.5 <= ratio <= 2:
        return f"{100 * (ratio - 1):+.0f} % predicted"
    return f"predicted {number(ratio if ratio > 2 else 1 / ratio)} times as {'fast' if ratio > 2 else 'slow'}"


def beside_predicted(plan: Plan, rows: list[Row]) -> tuple[str, ...]:
    """A line a phase: what was predicted, what was measured, and how far apart they are."""
    out = plan.predicted
    lines = []
    for row in rows:
        figure = out.prefill_tokens_per_s if row.phase == "prefill" else out.decode_tokens_per_s
        apart = ""
        if figure is not None:
            inside = ", inside the interval" if figure.low <= row.value <= figure.high else ""
            apart = f", {_apart(figure.value / row.value)}{inside}"
        busy = f" ({row.flags.replace(';', ', ')})" if row.flags else ""
        lines.append(
            f"{row.phase}: predicted {interval(figure, 'tokens/s')}; measured {number(row.value)} tokens/s"
            f"{apart}{busy}"
        )
    return tuple(lines)
