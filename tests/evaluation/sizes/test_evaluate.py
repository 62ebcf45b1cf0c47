"""Computed sizes beside dry runs, published files and parameter counts."""

from advisor.catalog.models import find_model
from advisor.evaluation.sizes.evaluate import (
    distinct_shapes,
    dry_runs,
    parameter_counts,
    published,
    published_files,
)


def test_published_files_have_the_computed_size():
    """Over all GGUF files whose size a measurement source states, the median differs by less than 0.05 %."""
    rows = {row["scheme"]: row for row in published()}
    plain = rows["llama-quantize's own and _L"]
    assert plain["files"] >= 200
    assert abs(plain["median_error_pct"]) < 0.05


def test_files_of_sources_are_named_by_catalogue():
    """Each published file once, with bytes."""
    files = published_files()
    assert len(files) == len(set(files)) > 200
    assert min(n_bytes for _, _, n_bytes in files) > 1e8


def test_every_dry_run_is_exact():
    """All committed runs of llama-quantize agree to the byte, tensor by tensor type."""
    found = dry_runs()
    assert (found["exact_rows"], found["wrong"]) == (found["rows"], "")
    assert found["rows"] > 2000


def test_editions_of_one_shape_are_compared_once():
    """A model twice is one shape, and another size is a second."""
    eight, seventy = find_model("Llama-3.1-8B"), find_model("Llama-3.1-70B")
    assert distinct_shapes([eight, eight, seventy]) == [eight, seventy]


def test_most_parameter_counts_are_confirmed():
    """Nine in ten modelled shapes have the parameters that the catalogue counts; the rest is named."""
    rows = parameter_counts()
    modelled, confirmed = (sum(row[key] for row in rows) for key in ("modelled", "confirmed"))
    assert modelled > 250
    assert confirmed / modelled > 0.9
    assert {True} == {bool(row["not"]) for row in rows if row["confirmed"] < row["modelled"]}
