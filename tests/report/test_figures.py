"""Figures as words."""

from dataclasses import replace

from advisor.documents.outcome import Estimate, Placement
from advisor.report.figures import (
    gib,
    interval,
    lost,
    milliseconds,
    number,
    placement_words,
    size,
    span,
    table,
)


def _measured(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, basis="measured")


def test_an_exact_figure_has_no_interval() -> None:
    """What is computed says so instead of an interval of no width."""
    assert ("4.92 GB", "7 tokens/s (exact)") == (
        size(Estimate.exact(4.92e9)),
        interval(Estimate.exact(7.0), "tokens/s"),
    )


def test_a_predicted_size_has_an_interval_and_its_basis() -> None:
    """In the unit of the value."""
    assert size(_measured(5e9, 4.5e9, 5.5e9)) == "5.00 GB (4.50 to 5.50, measured)"


def test_what_is_not_known_is_said() -> None:
    """No figure is invented for None."""
    assert ("not known", "not measured", "unknown") == (size(None), interval(None, "%"), gib(None))


def test_loss_turns_the_interval_of_accuracy_round() -> None:
    """98 % kept between 96 and 99 is 2 % lost between 1 and 4."""
    found = lost(_measured(98.0, 96.0, 99.0))
    assert found is not None
    assert (2.0, 1.0, 4.0) == (found.value, found.low, found.high)


def test_numbers_have_three_digits() -> None:
    """Whole above a hundred, no exponent below a tenth."""
    assert ["1234", "12.3", "0.05"] == [number(value) for value in (1234.4, 12.34, 0.05)]


def test_decode_in_milliseconds() -> None:
    """50 tokens/s are 20 ms each; a speed of zero has no time."""
    assert ("20.0 ms/token", "") == (milliseconds(_measured(50, 40, 60)), milliseconds(Estimate.exact(0.0)))


def test_a_span_names_value_interval_unit_and_basis() -> None:
    """In that order."""
    assert span(_measured(50, 40, 60), "tokens/s") == "50 (40 to 60) tokens/s, measured"


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    """And no line ends in blanks."""
    assert table([("a", "bb"), ("ccc", "d")], ("x", "y")) == ["  x    y", "  a    bb", "  ccc  d"]


def test_every_gpu_of_a_plan_is_counted() -> None:
    """Sixteen GPUs as two stages of eight are not eight."""
    placed = Placement(kind="tensor-parallel", n_gpus=16, tensor_parallel=8, pipeline_parallel=2)
    assert ["tensor parallel over 8 GPUs in each of 2 stages", "tensor parallel over 8 GPUs"] == [
        placement_words(placed),
        placement_words(replace(placed, n_gpus=8, pipeline_parallel=1)),
    ]


def test_a_cell_steers_no_terminal() -> None:
    """File names and models of rows come from outside; the columns stay straight."""
    assert table([("\x1b[2Jx", "1")], ("file", "rows")) == ["  file      rows", "  \\x1b[2Jx  1"]


def test_a_server_on_each_node_is_said() -> None:
    """Whatever lies on one of them."""
    assert "all on the GPU on each of 3 nodes" == placement_words(Placement(kind="gpu", n_gpus=1, replicas=3))
    shared = Placement(kind="data-parallel", n_gpus=8, data_parallel=8)
    assert "requests and experts over 8 GPUs" == placement_words(shared)
