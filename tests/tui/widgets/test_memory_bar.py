"""Memory as bars."""

from advisor.documents.outcome import DeviceMemory
from advisor.tui.widgets.memory_bar import cells


def test_bars_are_as_long_as_the_device_and_hide_no_part():
    """Every part that is there has a cell, and the whole is the width."""
    device = DeviceMemory(
        device="GPU",
        weights_bytes=8 << 30,
        kv_cache_bytes=1 << 20,
        compute_bytes=1 << 30,
        available_bytes=22 << 30,
    )
    found = cells(device, 50)
    assert sum(count for _, count, _ in found) == 50
    assert [count > 0 for _, count, _ in found] == [True, True, True, False, True]
