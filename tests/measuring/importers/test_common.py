"""What several readers of benchmarks' output share."""

from __future__ import annotations

import pytest

from advisor.measuring.importers._common import (
    backend_of,
    devices_in_log,
    first_record,
    gguf_in_log,
    json_records,
    markdown_tables,
    number,
    whole,
)


@pytest.mark.parametrize(
    ("text", "backend"),
    [
        ("CUDA", "cuda"),
        ("Metal,BLAS", "metal"),
        ("MTL", "metal"),
        ("HIP", "rocm"),
        ("BLAS", "cpu"),
        ("x", ""),
    ],
)
def test_the_accelerator_goes_before_the_processor(text, backend):
    """In llama.cpp's lists of backends."""
    assert backend_of(text) == backend


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ('[{"a": 1}, 2]', [{"a": 1}]),
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": 1}\n\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\n[2]', []),
        ("hello", []),
        ("[" * 100_000, []),
        ("", []),
    ],
)
def test_records_are_the_objects_of_json(text, records):
    """An array, one object, or a line each; nothing else."""
    assert json_records(text) == records
    assert first_record(text) == (records[0] if records else first_record(text))


def test_the_first_record_does_not_need_the_rest():
    """A cut file is known by its first line."""
    assert first_record('{"a": 1}\n{"b":') == {"a": 1}
    assert first_record("| a |") == {}


@pytest.mark.parametrize(
    ("value", "found"), [("1.5", 1.5), (None, None), ("x", None), ("nan", None), ("inf", None), ([], None)]
)
def test_a_number_is_finite(value, found):
    """Anything else is none."""
    assert (number(value), whole(value)) == (found, None if found is None else int(found))


def test_tables_of_markdown_have_a_head_and_lines_of_its_length():
    """The ruler between them and lines of another length are left out."""
    text = "x\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n| 3 |\n\n| c |\n| - |\n"
    assert markdown_tables(text) == [[{"a": "1", "b": "2"}]]


def test_a_log_names_the_file_and_the_cards():
    """CUDA's list, Vulkan's, or Apple's chip."""
    log = "llama_model_loader: loaded meta data with 29 key-value pairs and 292 tensors from /m/x.gguf (v)"
    assert (gguf_in_log(log), gguf_in_log("hello")) == ("/m/x.gguf", "")
    assert devices_in_log("  Device 0: RTX 4090, compute capability 8.9\n") == {"gpu": "RTX 4090"}
    assert devices_in_log("ggml_vulkan: 0 = Arc B580 (x)\n") == {"gpu": "Arc B580"}
    assert devices_in_log("GPU name:   Apple M3 Max") == {"gpu": "Apple M3 Max"}
    assert devices_in_log("") == {}
