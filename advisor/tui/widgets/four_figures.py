"""The four figures that decide, in one line: does it fit, how fast, how large, what is lost."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import Plan
from advisor.report.figures import number

Tile = tuple[str, str]
"""The figure, and what stands under it: its interval, or of what it is a share."""


class Four(Horizontal):
    """A tile a figure; the widths come from the layout."""

    def __init__(self) -> None:
        super().__init__(classes="four")
        self._tiles = [Static("", markup=False, classes="tile") for _ in range(4)]

    def compose(self) -> ComposeResult:
        """Figure above, interval below."""
        yield from self._tiles

    def show(self, plan: Plan | None) -> None:
        """The figures of *plan*; none without one."""
        self.display = plan is not None
        for tile, words in zip(self._tiles, tiles(plan) if plan else (), strict=False):
            tile.update("\n".join(words), layout=False)


def tiles(plan: Plan) -> tuple[Tile, ...]:
    """Memory, speed, file and loss of *plan*."""
    out = plan.predicted
    loss = plan.loss_pct
    return (
        _memory(plan),
        _tile(out.decode_tokens_per_s, 1, "tok/s"),
        _tile(out.file_size_bytes, 1e9, "GB"),
        ("loss unknown", "not measured")
        if loss is None
        else (f"loses {loss.value:.2f} %", f"{loss.low:.2f} to {loss.high:.2f}"),
    )


def share(plan: Plan) -> float | None:
    """The part of its memory that the fullest device uses; None when nothing is known of it."""
    placement = plan.predicted.placement
    devices = placement.devices if placement else ()
    used = [
        (device.planned_bytes or device.total_bytes) / device.available_bytes
        for device in devices
        if device.available_bytes
    ]
    return max(used, default=None)


def _memory(plan: Plan) -> Tile:
    placement, used = plan.predicted.placement, share(plan)
    if placement is None or used is None:
        return "fit unknown", "memory not known"
    free = max(device.available_bytes or 0 for device in placement.devices)
    return f"{'fits' if placement.fits else 'misses'} {100 * used:.0f} %", f"of {free / 2**30:.1f} GiB"


def _tile(figure: Estimate | None, unit: float, name: str) -> Tile:
    if figure is None:
        return f"? {name}", "not measured"
    value = f"{number(figure.value / unit)} {name}"
    if figure.basis == "exact":
        return value, "exact"
    return value, f"{number(figure.low / unit)} to {number(figure.high / unit)}"
