"""The columns of the tradeoff table."""

from dataclasses import replace

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.recommendation.tradeoffs import tradeoffs
from advisor.tui.columns import WIDE, arranged, columns, matching


def _need():
    from advisor.documents.requirements import Requirements

    return Requirements(model="Llama-3.1-8B", context_tokens=4096)


def test_columns_take_what_the_width_holds():
    """Never more cells than there are, and on a wider terminal never fewer columns."""
    before = 0
    for width in range(50, 240):
        found = columns(width)
        assert sum(column.width + 1 for column in found) - 1 <= width
        assert len(found) >= before or width == WIDE
        before = len(found)
    assert ["scheme", "tok/s", "loss %"] == [
        c.title for c in columns(50) if c.title in ("scheme", "tok/s", "loss %")
    ]
    assert {"prefill", "TTFT s"} <= {column.title for column in columns(118)}


def test_rows_without_figures_sort_last_either_way():
    """A scheme that was never computed is no extreme."""
    table = tradeoffs(
        replace(_need(), engines=("vllm",)),
        resolve_hardware("RTX 4090", Overrides()),
        resolve_model("Llama-3.1-8B"),
    )
    size = next(column for column in columns(80) if column.title == "GB")
    for reverse in (True, False):
        sizes = [row.file_size_bytes for row in arranged(table.rows, size, reverse)]
        known = [figure.value for figure in sizes if figure is not None]
        assert sorted(known, reverse=reverse) == known
        assert {True} == {figure is None for figure in sizes[len(known) :]}


def test_filter_words_are_all_needed():
    """Two words narrow down."""
    rows = tradeoffs(_need(), resolve_hardware("RTX 4090", Overrides()), resolve_model("Llama-3.1-8B")).rows
    assert {"Q4_K_M"} == {
        row.scheme for row in matching(rows, "q4_k_m llama.cpp", False) if not row.scheme.startswith("UD")
    }
