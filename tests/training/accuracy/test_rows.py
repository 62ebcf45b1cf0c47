"""What the accuracy fit reads, and why it leaves rows out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from advisor.training.accuracy.rows import Row, left_out_reason, rows
from advisor.training.data.tables import load


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        ({"scheme": "W1.1A16-BiLLM-g128"}, "no engine runs it"),
        ({"flags": "destroyed"}, "destroyed model: log damage would dominate the fit"),
        ({"flags": "repeats_source;qat"}, "another source's figure again"),
        ({"flags": "failed_run"}, "looks like a failed run"),
        ({"kv_bits": 2.0}, "KV cache below 4 bits: no engine stores it"),
        ({"scheme": "embedding W4-g64"}, "part of the matrices, in a mix nobody offers"),
        ({"scheme": "KV4-TurboQuant"}, "a KV quantizer no engine has"),
    ],
)
def test_rows_are_left_out_for_a_stated_reason(change: dict[str, Any], reason: str) -> None:
    """Every rule names why."""
    row = {"scheme": "Q4_K_M", "flags": "", "kv_bits": math.nan} | change
    assert reason == left_out_reason(row)


def test_most_rows_are_used_and_none_is_infinite(measured: list[Row]) -> None:
    """More than 9,000 of the figures are fitted on; all are finite, with an error of their own."""
    assert len(measured) > 9000
    assert {True} == {math.isfinite(row.y) and row.sigma > 0 and 0 < row.ceiling <= 1 for row in measured}


def test_a_source_without_a_16_bit_value_keeps_its_reference(measured: list[Row]) -> None:
    """DASH-Q compares with its own INT4 of groups of 32: every task row says so."""
    found = {row.reference for row in measured if row.source == "dashq_readme" and row.kind == "task"}
    assert {("papers", 4.0, 32)} == {(one.method, one.bits, one.group) for one in found if one}
    assert None not in found


def test_small_samples_count_by_their_size(measured: list[Row]) -> None:
    """A judge's 20 scenarios have an error of many points, HumanEval's 164 items their own; both are kept."""
    by = {
        source: [row.sigma for row in measured if row.source == source and row.kind == "task"]
        for source in ("varjoranta_turboquant_vllm", "exllamav2_qcache")
    }
    assert min(by["varjoranta_turboquant_vllm"]) > 5.0
    assert 5.0 < min(by["exllamav2_qcache"]) < 20.0


def test_a_row_of_the_cache_alone_has_no_weights_noise(measured: list[Row]) -> None:
    """Where the reference has the same weights, only the KV cache's damage is left."""
    table = load("accuracy")
    only = table[(";" + table["flags"] + ";").str.contains(";kv_only;")]
    assert {"none"} == {row.scheme.method for row in rows(only)}
