"""The fit of local speed: the solver on known answers, the rows, the peers' formulas, the artifact."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from advisor.prediction.artifacts import load
from advisor.prediction.local_speed.terms import Case, Device, Share, decode_terms, log_time
from advisor.training.local_speed.cells import residuals, trust
from advisor.training.local_speed.evaluation import floor, floor_widths
from advisor.training.local_speed.fit import fit_theta, folds, for_new_sources, prior, problem, submitter
from advisor.training.local_speed.peers import PEERS
from advisor.training.local_speed.rows import Row, load_rows
from advisor.training.local_speed.solver import design, log_times, solve
from advisor.training.local_speed.spread import fit_scale, support

RTX_4090 = Device(
    key="GeForce RTX 4090",
    kind="gpu",
    vendor="NVIDIA",
    backend="cuda",
    generation="Ada Lovelace",
    bandwidth_bytes_per_s=1008e9,
    matrix_flops=165.2e12,
    vector_flops=82.6e12,
    year=2022,
)


def row(
    device: Device = RTX_4090,
    log_s: float = math.log(0.01),
    source: str = "s",
    model: str = "Qwen3-8B",
    read: float = 4.7e9,
    phase: str = "decode",
) -> Row:
    """A dense 8.19 B model under Q4_K_M."""
    share = Share(
        device=device, read_bytes=read, held_bytes=4.68 * 2**30, active_params=8.19e9, layers=36, kv_bytes=1e8
    )
    case = Case(shares=(share,), engine="llama.cpp", family="Q4_K", active_share=1.0, attention_flops=1e9)
    return Row(
        case=case,
        phase=phase,
        log_s=log_s,
        source=source,
        engine="llama.cpp",
        model=model,
        scheme="Q4_K_M",
        n=1,
        trust=1.0,
        known_model=True,
        n_params=8.19e9,
        active_params=8.19e9,
        total_bytes=4.68 * 2**30,
    )


def test_the_solver_recovers_what_made_the_data():
    """Times made from known coefficients of two terms give the coefficients back, outliers or not."""
    rng = random.Random(3)
    truth = {"a": 0.4, "b": -0.7}
    lists, y = [], []
    for i in range(300):
        terms = [("a", rng.uniform(-6, -3), [("a", 1.0)]), ("b", rng.uniform(-6, -3), [("b", 1.0)])]
        lists.append(terms)
        y.append(log_time(terms, truth)[0] + rng.gauss(0, 0.02) + (2.0 if i % 20 == 0 else 0.0))
    made = design(lists, [[] for _ in lists])
    theta = solve(made, np.array(y), np.ones(len(y)), lambda name: (0.0, 1.0), 0.05)
    assert dict(zip(made.names, theta, strict=True)) == pytest.approx(truth, abs=0.02)


def test_prediction_and_training_are_one_formula():
    """The standard library's formula and the fit's arrays agree to 1e-9 on measured rows."""
    rows = [r for r in load_rows()[0] if r.phase == "decode"][::40]
    p = problem(rows, "decode")
    theta = for_new_sources(p, fit_theta(p, steps=3))
    by_array, _ = log_times(p.design, theta)
    coefficients = dict(zip(p.design.names, theta, strict=True))
    by_formula = [log_time(decode_terms(r.case), coefficients)[0] for r in p.rows]
    # Columns equal to a more general one have no coefficient of their own in either.
    assert by_formula == pytest.approx(by_array.tolist(), abs=1e-9)


def test_every_row_left_out_has_a_reason_in_words():
    """Rows are kept or left out with a sentence, and most are kept."""
    rows, excluded = load_rows()
    assert all(" " in reason for reason in excluded)
    assert sum(r.n for r in rows) > 5 * sum(excluded.values())
    assert {r.phase for r in rows} == {"decode", "prefill"}
    assert all(math.isfinite(r.log_s) and r.case.shares[0].read_bytes > 0 for r in rows)


def test_folds_hold_whole_groups():
    """No group is in two folds, and the folds are the same each time."""
    groups = [f"g{i % 17}" for i in range(400)]
    fold = folds(groups)
    assert all(len({f for f, g in zip(fold, groups, strict=True) if g == name}) == 1 for name in set(groups))
    assert fold.tolist() == folds(groups).tolist()


def test_a_prolific_source_counts_as_its_root():
    """A hundred rows of one source weigh ten times one row of another, not a hundred times."""
    rows = [row(source="big", model=f"m{i}") for i in range(100)] + [row(source="small")]
    weights = problem(rows, "decode").weights
    assert weights[:100].sum() / weights[100] == pytest.approx(10)


def test_people_behind_a_crowd_table_are_counted_apart():
    """LocalScore's rows of two devices come from two people; a laboratory's do not."""
    assert submitter(row(source="localscore")) == "localscore|GeForce RTX 4090"
    assert submitter(row(source="lhl_strix")) == "lhl_strix"


def test_the_general_has_a_wider_prior_than_the_particular():
    """Partial pooling: all > backend > generation on a backend; sources and devices in between."""
    names = ("read:", "read:backend:cuda", "read:generation:Ampere|cuda")
    sds = [prior(name)[1] for name in names]
    assert sds == sorted(sds, reverse=True)


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("llmfit", 135.4),
        ("whichllm", 120.3),
        ("chimeraforge", 98.2),
        ("canitrun", 246.0),
    ],
)
def test_peers_answer_what_they_print(peer, expected):
    """Qwen3-8B Q4_K_M on an RTX 4090 (1008 GB/s): the tools' own answers, within 3 % (their tables round
    sizes)."""
    assert PEERS["decode"][peer](row()) == pytest.approx(expected, rel=0.03)


def test_floor_is_the_distance_of_independent_sources():
    """Two sources 20 % apart give a floor of 0.2; one source gives none."""
    pair = [row(source="a"), row(source="b", log_s=math.log(0.012))]
    distance, pairs = floor(pair)["all"]
    assert distance == pytest.approx(0.2)
    assert pairs == 1
    assert "all" not in floor([row(source="a"), row(source="a")])
    assert floor_widths(pair)["all"] == pytest.approx(1.44)


def test_cells_are_trusted_when_sources_agree():
    """Where a second source repeats the first's pattern, a measured cell is believed; where it does not, it
    is not."""
    rows = [row(source=s, model=m) for m in ("m1", "m2", "m3") for s in ("a", "b")]
    agree, _ = trust(residuals(rows, np.array([0.3, 0.8, 0.0, 0.5, -0.3, 0.2]), lambda r: r.source))
    differ, _ = trust(residuals(rows, np.array([0.3, -0.3, 0.0, 0.0, -0.3, 0.3]), lambda r: r.source))
    assert agree == 0.5  # one device: half of what it shows
    assert differ == 0.0


def test_the_artifact_carries_its_data_and_intervals():
    """The committed artifact names the data it was fitted on, and its widths grow with confidence."""
    artifact = load("local_speed")
    assert len(artifact["data_sha256"]) == 64
    for phase in ("decode", "prefill"):
        entry = artifact[phase]["intervals"]["unknown"]["all"]
        widths = [entry["half_widths"][str(c)] for c in (0.5, 0.8, 0.9)]
        assert widths == sorted(widths)
        assert entry["groups"] > 200


def test_a_device_one_source_measured_stays_near_its_generation():
    """A card far slower than its generation moves by 0.25 in logs at most on one source's word."""
    rows = [row(source=s, model=m) for s in ("a", "b", "c") for m in ("m1", "m2", "m3", "m4")]
    slow = replace(RTX_4090, key="RTX slow")
    rows += [row(slow, math.log(0.04), source="d", model=m) for m in ("m1", "m2", "m3", "m4")]
    others = [row(slow, math.log(0.04), source="e", model=m) for m in ("m1", "m2", "m3", "m4")]
    effects = []
    for chosen in (rows, rows + others):
        p = problem(chosen, "decode")
        theta = dict(zip(p.design.names, for_new_sources(p, fit_theta(p)), strict=True))
        effects.append(theta["device:RTX slow"])
    assert effects[0] <= 0.25 < effects[1]


def test_the_scale_follows_the_errors():
    """Cases whose errors are four times as large get about four times the scale."""
    rng = random.Random(5)
    features = [[("", 1.0), ("moe", 1.0)] if i % 2 else [("", 1.0)] for i in range(400)]
    residuals = np.array([rng.choice((-1, 1)) * (0.2 if i % 2 else 0.05) for i in range(400)])
    found = fit_scale(features, residuals, [f"g{i}" for i in range(400)])
    assert math.exp(found["moe"]) == pytest.approx(4, rel=0.15)


def test_evidence_is_counted_by_who_measured():
    """Two sources on one device are two for the device and one device for its generation."""
    counts = support([row(source="a"), row(source="b"), row(source="b")], submitter)
    assert counts["device:GeForce RTX 4090|cuda"] == 2
    assert counts["generation:Ada Lovelace|cuda"] == 1


def test_no_source_has_a_coefficient_in_the_artifact():
    """Sources explain the rows they sent; a prediction belongs to none of them."""
    names = Counter(
        name.split(":")[0].split("|")[0] for name in load("local_speed")["decode"]["coefficients"]
    )
    assert names["source"] == 0
    assert names["device"] > 100
