"""Measured configurations and how far they are believed."""

from advisor.training.local_speed.cells import residuals, trust


def test_cells_are_trusted_when_sources_agree(row):
    """Where a second source repeats the first's pattern, a measured cell is believed; where it does not, it
    is not."""
    rows = [row(source=s, model=m) for m in ("m1", "m2", "m3") for s in ("a", "b")]
    agree, _ = trust(residuals(rows, [0.3, 0.8, 0.0, 0.5, -0.3, 0.2], lambda r: r.source))
    differ, _ = trust(residuals(rows, [0.3, -0.3, 0.0, 0.0, -0.3, 0.3], lambda r: r.source))
    assert agree == 0.5  # one device: half of what it shows
    assert differ == 0.0
