"""Compute buffers against the engine's dry runs, and the margin that placements add."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.sizing.buffers import compute_bytes, output_bytes
from advisor.sizing.context_params import ContextParams
from advisor.sizing.overheads import system_reserve_bytes

MIB, GIB = 1 << 20, 1 << 30


@pytest.mark.parametrize(
    ("name", "context", "n_seq", "kv_type", "ubatch", "flash", "outputs", "mib"),
    [
        ("Llama-3.1-8B", 8192, 1, "f16", 512, True, None, 266.5),
        ("Llama-3.1-8B", 131072, 1, "f16", 512, True, None, 266.5),
        ("Qwen3-8B", 8192, 1, "f16", 512, True, 4, 112.01),
        ("Qwen3-8B", 8192, 1, "f16", 512, True, None, 312.75),
        ("Llama-3.2-1B", 8192, 1, "q8_0", 512, True, None, 262.5),
        ("Llama-3.1-8B", 8192, 1, "f16", 512, False, None, 572.01),
        ("Qwen3-32B", 8192, 1, "f16", 512, False, None, 1106.01),
        ("gpt-oss-20b", 8192, 1, "f16", 512, True, None, 435.27),
        ("Llama-3.2-3B", 512, 4, "f16", 512, True, None, 262.5),
    ],
)
def test_equals_the_dry_run(name, context, n_seq, kv_type, ubatch, flash, outputs, mib):
    """Logits, feed-forward or attention scores, whichever is largest, as allocated (within 0.6 %)."""
    found = (
        compute_bytes(
            find_model(name), ContextParams(context, n_seq, kv_type, ubatch, flash, n_outputs=outputs)
        ).value
        / MIB
    )
    assert found == pytest.approx(mib, rel=0.006)


def test_output_buffer_is_a_row_of_logits_per_sequence():
    """0.49 MiB per sequence for Llama-3."""
    assert output_bytes(find_model("Llama-3.1-8B"), 4) == 4 * 128256 * 4


def test_system_reserve_of_a_16_gib_machine():
    """25 % of 4 GiB, 20 % of the next 4, 10 % of the next 8."""
    assert system_reserve_bytes(16 * GIB) == int((1.0 + 0.8 + 0.8) * GIB)
