"""The measured rows as the fit reads them."""

import math

from advisor.training.local_speed.rows import load_rows


def test_every_row_left_out_has_a_reason_in_words():
    """Rows are kept or left out with a sentence, and most are kept."""
    rows, excluded = load_rows()
    assert all(" " in reason for reason in excluded)
    assert sum(row.n for row in rows) > 3 * sum(excluded.values())
    assert {row.phase for row in rows} == {"decode", "prefill"}
    assert all(math.isfinite(row.log_s) and row.work.shares[0].read_bytes > 0 for row in rows)


def test_settings_come_from_columns():
    """Micro batches, threads below the cores, memory as stated, and experts in main memory are read."""
    rows, _ = load_rows()
    assert {512.0, 2048.0, 4096.0} <= {row.work.batch for row in rows}
    cpus = [row.work.shares[0].device for row in rows if row.device.kind == "cpu"]
    assert any(device.idle_cores > 0 for device in cpus)
    assert any(device.ram_stated for device in cpus)
    split = [row for row in rows if row.phase == "decode" and len(row.work.shares) == 2]
    assert len(split) > 50
    assert all(row.work.shares[1].device.kind == "cpu" for row in split)


def test_several_sequences_count_one_step():
    """64 sequences at 3888 tokens/s together take a 61st of a second a step."""
    step = next(row.log_s for row in load_rows()[0] if row.work.sequences == 64)
    assert math.isclose(64 / 3888.49, math.exp(step), rel_tol=1e-6)
