"""The scheme of a raw row in the words the model fits on."""

from __future__ import annotations

import math
from typing import Any

import pytest

from advisor.prediction.accuracy.features import SchemeFacts
from advisor.training.accuracy.schemes import has, scheme_facts, spans, text

USUAL: dict[str, Any] = {
    "scheme": "",
    "method": "",
    "kv_bits": math.nan,
    "act_bits": math.nan,
    "bpw": math.nan,
    "file_gib": math.nan,
    "params_b": 8.0,
    "group_size": math.nan,
    "weight_bits": 4.0,
    "calibration": "calibrated",
    "flags": "",
}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"scheme": "W4A16-GPTQ", "method": "gptq"}, SchemeFacts("gptq", 4.0, 128)),
        ({"scheme": "W4A16-GPTQ", "method": "gptq", "group_size": 32.0}, SchemeFacts("gptq", 4.0, 32)),
        (
            {"scheme": "W4A16-RTN", "method": "rtn", "flags": "x;qat"},
            SchemeFacts("rtn", 4.0, -1, recovered="qat"),
        ),
        ({"scheme": "EXL3-3.0bpw", "method": "exl3", "bpw": 3.0}, SchemeFacts("exl3", 3.0)),
        (
            {"scheme": "W8A8-INT", "method": "gptq", "weight_bits": 8.0, "act_bits": 8.0},
            SchemeFacts("int8", 8.0, -1, "int8-smooth"),
        ),
        (
            {"scheme": "W4A4-QuaRot", "method": "quarot", "act_bits": 4.0, "group_size": -1.0},
            SchemeFacts("rtn", 4.0, -1, "int4-rotated"),
        ),
        ({"scheme": "KV8", "weight_bits": 16.0, "kv_bits": 8.0}, SchemeFacts("none", 16.0, 0, "", 8.0)),
        ({"scheme": "BF16", "weight_bits": 16.0}, None),
    ],
)
def test_a_row_s_words_become_facts(row: dict[str, Any], expected: SchemeFacts | None) -> None:
    """Groups by the method's own default, activations with what helps them, the cache apart."""
    assert expected == scheme_facts(USUAL | row)


def test_a_gguf_mix_has_the_bits_of_its_tensors() -> None:
    """Q4_K_M of a model in the catalogue is clamped into its step of the ladder, whatever the row states."""
    row = {"scheme": "Q4_K_M", "method": "gguf-k", "model_name": "Llama-3.1-8B", "scheme_name": "Q4_K_M"}
    found = scheme_facts(USUAL | row | {"calibration": "imatrix", "bpw": 9.0})
    assert found is not None
    low, high = spans()["Q4_K_M"]
    assert low <= found.bits <= high
    assert (found.method, found.calibrated) == ("gguf-k", True)


def test_flags_are_whole_words_and_empty_cells_no_text() -> None:
    """`qat` is not found in a longer flag; NaN is ''."""
    assert (has({"flags": "noqat;x"}, "qat"), has({"flags": "x;qat"}, "qat")) == (False, True)
    assert (text(math.nan), text("a")) == ("", "a")
