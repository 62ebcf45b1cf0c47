"""Weights, sources and bounds of the local speed fit."""

import math

import pytest

from advisor.training.local_speed.fit import SLACK, Problem, reach, row_weights, slack_of, submitter


def test_a_prolific_source_counts_as_its_root(row):
    """A hundred rows of one source weigh ten times one row of another, not a hundred times."""
    rows = [row(source="big", model=f"m{i}") for i in range(100)] + [row(source="small")]
    weights = row_weights(rows)
    assert pytest.approx(10) == weights[:100].sum() / weights[100]


def test_people_behind_a_crowd_table_are_counted_apart(row):
    """LocalScore's rows of two devices come from two people; a laboratory's do not."""
    assert submitter(row(source="localscore")) == "localscore|GeForce RTX 4090"
    assert submitter(row(source="lhl_strix")) == "lhl_strix"


def test_a_device_one_source_measured_stays_near_its_generation(row):
    """A card far slower than its generation moves by 0.25 in logs at most on one source's word."""
    models = ("m1", "m2", "m3", "m4")
    rows = [row(source=s, model=m) for s in ("a", "b", "c") for m in models]
    rows += [row("RTX slow", math.log(0.04), source="d", model=m) for m in models]
    others = [row("RTX slow", math.log(0.04), source="e", model=m) for m in models]
    effects = []
    for chosen in (rows, rows + others):
        model = Problem("decode", tuple(chosen), {}).fitted()
        effects.append(dict(zip(model.names, model.coef_new_, strict=True))["device:RTX slow"])
    assert effects[0] <= 0.25 < effects[1]


def test_predictions_stay_below_what_machines_reach(row):
    """Left-out predictions beyond the bound count as the bound."""
    rows = tuple(row(f"d{i}", math.log(0.0047), source=f"s{i}") for i in range(6))
    found = Problem("decode", rows, {"decode|gpu": 0.5})
    assert pytest.approx(math.log(4.8e9 / 1008e9 / 0.5)) == found.least_log_s[0]
    assert found.residual(found.y) == pytest.approx(found.least_log_s - found.y)


def test_reach_is_what_the_fastest_devices_reach(row):
    """Twenty devices at half the peak and one at nine tenths: the twentieth of them is not the kind's."""
    half = 2 * 4.8e9 / 1008e9
    rows = [row(f"d{i}", math.log(half), source=f"s{i}") for i in range(40)]
    rows.append(row("fast", math.log(half * 0.5 / 0.9), source="fast"))
    assert reach(rows)["decode|gpu"] == pytest.approx(0.5, abs=0.01)


def test_slow_rows_count_by_what_does_the_work(row):
    """A mixture on a card, the same with a part on the processor, answers together, and a dense model."""
    dense = row().work
    moe = dense._replace(active_share=0.1)
    card = dense.shares[0]
    processor = card._replace(device=card.device._replace(kind="cpu"))
    works = (moe, moe._replace(shares=(card, processor)), moe._replace(sequences=4.0), dense)
    expected = [SLACK["decode"][name] for name in ("moe", "processor", "together", "dense")]
    assert expected == [slack_of("decode", work) for work in works]
    assert SLACK["decode"]["processor"] == slack_of("decode", dense._replace(upload_s=1.0))


def test_an_interval_may_reach_the_peak_where_no_figure_does(row):
    """The figure stays below what the fastest machines reach; one machine may still lie above them."""
    rows = tuple(row(f"d{i}", math.log(0.0047), source=f"s{i}") for i in range(6))
    found = Problem("decode", rows, {"decode|gpu": 0.5})
    assert pytest.approx(math.log(0.5)) == (found.peak_log_s - found.least_log_s)[0]
