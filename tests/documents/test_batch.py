"""Cases and answers of a batch."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.documents.batch import BatchCase, ErrorDocument, Fault
from advisor.documents.hardware import HardwareProfile
from advisor.documents.plain import parse, plain

CASE = {"model": "Qwen3-8B", "scheme": "Q4_K_M"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"depth": -1}, "depth is -1; it cannot be negative"),
        ({"depth": 10**9}, "depth is 1000000000"),
        ({"n_devices": 0}, "n_devices is 0; it must be at least 1"),
        ({"gpu_layers": 100_001}, "gpu_layers is 100001"),
        ({"threads": 0}, "threads is 0"),
        ({"ubatch": 0}, "ubatch is 0"),
        ({"workload": {"concurrency": 0}}, "workload.concurrency is 0"),
        ({"memory": {"rate_mt_per_s": 0.5}}, "memory.rate_mt_per_s is 0.5"),
        ({"model": "x" * 1001}, "model is"),
        ({"imatrix": "yes"}, "imatrix is 'yes'"),
        ({"ngl": 4}, "has an unknown field 'ngl'"),
    ],
)
def test_what_no_run_has_is_refused_by_name(refusal: Any, change: Any, words: str) -> None:
    """Counts below one, depths beyond any model, a word for a truth, a field of another tool."""
    assert words in refusal(BatchCase, {**CASE, **change})


def test_machine_and_model_may_be_names_or_documents() -> None:
    """Flash attention may be the 0 or 1 that llama-bench prints; `max` asks for what memory holds."""
    case = parse(
        BatchCase,
        {
            **CASE,
            "hardware": {"name": "box", "source": "user"},
            "flash_attn": 1,
            "workload": {"concurrency": "max"},
        },
        what="case",
    )
    assert (case.hardware, case.flash_attn) == (HardwareProfile(name="box", source="user"), 1)
    assert case.workload is not None
    assert case.workload.concurrency == "max"


def test_a_failure_is_a_document_too() -> None:
    """Its status tells it from an answer."""
    assert plain(ErrorDocument(error=Fault(code="usage", message="why"))) == {
        "schema_version": "1.0",
        "status": "error",
        "error": {"code": "usage", "message": "why"},
    }
