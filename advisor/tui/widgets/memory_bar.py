"""What each device holds, as a bar of parts; patterns tell the parts apart without colour."""

from __future__ import annotations

from rich.text import Text

from advisor.documents.outcome import DeviceMemory, Placement
from advisor.tui.widgets.fluid import Fluid

PARTS = (
    ("weights", "weights_bytes", "█", "cyan"),
    ("KV cache", "kv_cache_bytes", "▓", "green"),
    ("compute", "compute_bytes", "▒", "yellow"),
    ("overhead", "overhead_bytes", "░", "magenta"),
)
_FREE = "·"


class MemoryBar(Fluid):
    """One bar a device, as long as what the plan may use there."""

    def __init__(self) -> None:
        super().__init__(classes="memory")
        self._placement: Placement | None = None

    def show(self, placement: Placement) -> None:
        """What *placement* puts where."""
        if placement != self._placement:
            self._placement = placement
            self.refresh(layout=True)

    def written(self, width: int) -> Text:
        """As long as there is room."""
        return bars(self._placement, width) if self._placement else Text()


def bars(placement: Placement, width: int) -> Text:
    """A line a device, then what the patterns mean."""
    text = Text()
    for device in placement.devices:
        text.append(f"{device.device}\n")
        for symbol, count, style in cells(device, width - 26):
            text.append(symbol * count, style)
        whole = f" of {device.available_bytes / 2**30:.1f}" if device.available_bytes else ""
        text.append(f" {device.total_bytes / 2**30:.1f}{whole} GiB\n")
    for name, attribute, symbol, style in PARTS:
        size = sum(getattr(device, attribute) for device in placement.devices)
        text.append(f"{symbol} ", style)
        text.append(f"{name} {size / 2**30:.2f} GiB   ")
    text.append(f"{_FREE} free")
    return text


def cells(device: DeviceMemory, width: int) -> list[tuple[str, int, str]]:
    """Symbol, number of cells and style of each part; a part that is there has at least one cell."""
    whole = max(device.available_bytes or 0, device.total_bytes, 1)
    found = []
    for _, attribute, symbol, style in PARTS:
        size = getattr(device, attribute)
        found.append((symbol, max(round(width * size / whole), 1) if size else 0, style))
    used = sum(count for _, count, _ in found)
    return [*found, (_FREE, max(width - used, 0), "dim")]
