"""The measured rows as the fit reads them."""

import math

from advisor.training.local_speed.rows import load_rows


def test_every_row_left_out_has_a_reason_in_words():
    """Rows are kept or left out with a sentence, and most are kept."""
    rows, excluded = load_rows()
    assert {True} == {" " in reason for reason in excluded}
    assert sum(row.n for row in rows) > 3 * sum(excluded.values())
    assert {row.phase for row in rows} == {"decode", "prefill"}
    assert {True} == {math.isfinite(row.log_s) and row.work.shares[0].read_bytes > 0 for row in rows}


def test_settings_come_from_columns():
    """Micro batches, threads below the cores, memory as stated, and experts in main memory are read."""
    rows, _ = load_rows()
    assert {512.0, 2048.0, 4096.0} <= {row.work.batch for row in rows}
    cpus = [row.work.shares[0].device for row in rows if row.device.kind == "cpu"]
    assert any(device.idle_cores > 0 for device in cpus)
    assert any(device.ram_stated for device in cpus)
    split = [row for row in rows if row.phase == "decode" and len(row.work.shares) == 2]
    assert len(split) > 50
    assert {True} == {row.work.shares[1].device.kind == "cpu" for row in split}


def test_many_sequences_are_read_like_a_prompt():
    """A step of 64 sequences is a micro batch of 64 tokens, 3,888 of them a second; one of four is an
    answer's step, 171 a second."""
    source = "own_h100_0c1e57098"
    rows = {row.work.sequences: row for row in load_rows()[0] if row.source == source}
    many, few = rows[64], rows[4]
    assert (many.phase, many.work.prompt_tokens, few.phase) == ("prefill", 64, "decode")
    assert math.isclose(1 / 3888.49, math.exp(many.log_s), rel_tol=1e-6)
    assert math.isclose(4 / 686.3, math.exp(few.log_s), rel_tol=1e-6)
