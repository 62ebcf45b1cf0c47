"""Decoding the serving tables, the fit, and what is left out of it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.outcome import Placement
from advisor.documents.requirements import Load
from advisor.prediction.case import Case, Sized
from advisor.prediction.serving_speed.predict import artifact, predict
from advisor.sizing.weights import weigh
from advisor.training.data.tables import load
from advisor.training.serving_speed.evaluation import ordering
from advisor.training.serving_speed.fit import Fit
from advisor.training.serving_speed.fitted import data
from advisor.training.serving_speed.kernels import efficiencies
from advisor.training.serving_speed.left_out import KINDS, left_out, publisher, seen, typical
from advisor.training.serving_speed.model import as_gpu, predicted
from advisor.training.serving_speed.peers import PEERS
from advisor.training.serving_speed.rows import Undecodable, _decode, decode


def raw(**changes) -> SimpleNamespace:
    """A line of the serving table."""
    line = {
        "source_id": "accelmark",
        "hardware": "NVIDIA H100 80GB HBM3",
        "n_devices": 1.0,
        "engine": "vllm",
        "engine_version": "0.7.3",
        "model": "Llama-3.1-8B-Instruct",
        "scheme": "BF16",
        "test": "sustained_c8",
        "prompt_tokens": 280.0,
        "gen_tokens": 310.0,
        "concurrency": 8.0,
        "value": 500.0,
        "unit": "tok/s",
        "notes": "",
        "n": 1.0,
    }
    return SimpleNamespace(**{**line, **changes})


@pytest.fixture(scope="module")
def fitted() -> Fit:
    """A fit without the largest plans of the most prolific publisher: enough for what is asked here."""
    chosen = [c for c in data()[0] if c.row.publisher != "aiconfigurator-nightly" or c.row.devices == 2]
    return Fit(chosen, efficiencies()).run(steps=8, tolerance=1e-3)


def test_total_rates_become_seconds_per_token_of_all_requests_together():
    """500 tokens/s at eight in flight are 2 ms per token, whoever they belong to."""
    row = _decode(raw())[0]
    assert (row.metric, row.batch, row.seconds) == ("flow", 8.0, 0.002)


def test_rates_per_gpu_are_multiplied_by_the_gpus():
    """TensorRT-LLM's overview prints tokens/s per GPU: two GPUs give twice as many."""
    row = _decode(
        raw(source_id="trtllm-perf-new", engine="tensorrt-llm", n_devices=2.0, value=1000.0, notes="TP2")
    )[0]
    assert (row.metric, row.seconds, row.protocol) == ("flow", 1 / 2000, "queue:trtllm")


def test_requests_handed_over_at_once_have_a_protocol_of_their_own():
    """A batch that drains is slower on average than the same number kept in flight."""
    row = _decode(raw(test="offline_output_cc8", concurrency=100.0, notes="suite_A; tier"))[0]
    assert (row.batch, row.protocol) == (100.0, "drain:accelmark-A")


def test_prompt_tokens_are_taken_out_of_a_total_rate():
    """`vllm bench throughput` counts prompt and output: 2,048 of 2,080 tokens were written."""
    row = _decode(raw(source_id="torchao-inference", prompt_tokens=32.0, gen_tokens=2048.0, value=2080.0))[0]
    assert row.seconds == pytest.approx(1 / 2048)


def test_first_token_times_come_from_the_notes():
    """The silicon samples carry TPOT as the value and TTFT in the notes, one row each."""
    line = raw(
        source_id="aiconfigurator-silicon",
        scheme="W8A8-FP",
        value=20.0,
        unit="ms/token",
        notes="mean TPOT; ttft_ms=150.5; attention_dp=1; batch_per_rank=8; id=x_c8_cfg1",
    )
    rows = _decode(line)
    assert [(r.metric, r.seconds, r.kv_type) for r in rows] == [
        ("tpot", 0.02, "fp8"),
        ("ttft", 0.1505, "fp8"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"test": "speculative_output_cc8"},
        {"notes": "DOUBTFUL"},
        {"n_devices": float("nan")},
        {"engine": "tinychat"},
        {"test": "online_tpot_qps5"},
        {"source_id": "qwen25-speed", "test": "gen2048", "prompt_tokens": 6144.0},
        {"source_id": "aiconfigurator-silicon", "notes": "attention_dp=8; batch_per_rank=1"},
        {"source_id": "redhat-r1d-qwen32b", "unit": "req/s", "value": 0.1},
        {"source_id": "unheard-of"},
        {"value": 0.0},
    ],
)
def test_figures_without_one_meaning_are_left_out_with_a_reason(changes):
    """Speculation, open arrival rates, rates that count prompts, rounded and doubtful figures are not
    fitted."""
    with pytest.raises(Undecodable) as why:
        _decode(raw(**changes))
    assert len(str(why.value)) > 10


def test_every_figure_is_used_or_counted_with_its_reason():
    """No figure of the tables is dropped silently."""
    table = load("speed_serving")
    rows, reasons = decode(table)
    used = [r for r in rows if r.metric != "ttft"]
    firsts_again = reasons["the same figure of the same run again"]
    dropped = sum(n for why, n in reasons.items() if why != "the same figure of the same run again")
    assert len(table) - firsts_again <= len(used) + dropped <= len(table)


def test_kernel_timings_give_efficiencies_below_one():
    """Kernels reach part of the bandwidth and of the arithmetic rate; INT8 arithmetic most, FP4 least."""
    found = efficiencies()
    kernels = {name: median for name, (median, _) in found.items() if "-arch" not in name}
    assert all(0.05 < median < 1 for median in kernels.values())
    assert all(0.5 < median < 2 for name, (median, _) in found.items() if "-arch" in name)
    assert found["math:nvfp4"][0] < found["math:bf16"][0]


def test_training_and_prediction_run_the_same_formula(fitted):
    """What the fit says of a row is what `predict` answers before corrections, to nine digits."""
    at = next(
        i
        for i, c in enumerate(fitted.cases)
        if c.row.metric == "tpot"
        and c.row.engine == "vllm"
        and c.row.publisher == "aiconfigurator-nightly"
        and c.row.batch < c.room
        and c.row.devices > 1
    )
    row = fitted.cases[at].row
    document = artifact()
    known = {**typical(fitted), **document["coefficients"]}
    theta = np.array([0.0 if n.startswith("math-by:") else known.get(n, 0.0) for n in fitted.names.names])
    expected = float(np.exp(predicted(fitted.arrays, fitted.names.coefficients(theta))[at]))
    model, scheme = find_model(row.model), find_scheme(row.scheme)
    hardware = HardwareProfile(name="x", source="catalogue", gpus=(as_gpu(row.hardware),) * row.devices)
    placement = Placement(kind="tensor-parallel", n_gpus=row.devices, tensor_parallel=row.devices)
    case = Case(
        hardware=hardware,
        model=model,
        scheme=scheme,
        engine=row.engine,
        backend="cuda",
        kv_type=row.kv_type,
    )
    load = Load(prompt_tokens=int(row.prompt), output_tokens=int(row.output), concurrency=int(row.batch))
    found = predict(case, load, Sized(weights=weigh(model, scheme), placement=placement))
    corrected = 1 / found.decode_tokens_per_s.value / found.terms["device_correction"]
    assert corrected == pytest.approx(expected, rel=1e-9), row.model


def test_slopes_are_the_derivatives_of_the_predictions(fitted):
    """The chain rule through the coefficients agrees with moving one logarithm."""
    slope = fitted._slope()
    for name in ("read:bf16", "layer", "math-arch:hopper", "by:accelmark"):
        index = fitted.names.names.index(name)
        moved = fitted.theta.copy()
        moved[index] += 1e-4
        numeric = (fitted.residuals() - fitted.residuals(moved)) / 1e-4
        assert slope[:, index] == pytest.approx(numeric, abs=2e-3)


def test_unpacking_never_makes_arithmetic_faster(fitted):
    """Weight-only kernels multiply no more efficiently than 16-bit ones, by construction."""
    known = typical(fitted)
    assert max(known["math:w4a16"], known["math:w8a16"]) <= known["math:bf16"]


def test_the_fit_orders_schemes_as_measured(fitted):
    """Of two schemes in one run, the fit tells the faster in nine of ten cases for one request and under
    load."""
    told = {
        row["requests"]: row["right"]
        for row in ordering(fitted, fitted.residuals())
        if row["schemes"] == "all pairs"
    }
    assert told["one"] > 0.9
    assert told["more than 16"] > 0.9


def test_rows_left_out_are_predicted_worse_than_fitted_ones_and_better_than_by_peers(fitted):
    """Leaving whole devices out costs accuracy; peers' formulas stay behind all the same."""
    keep = np.array([c.row.metric in ("tpot", "flow") for c in fitted.cases]) & (fitted.weights > 0)
    residual = left_out(fitted, KINDS["device"], efficiencies())[keep]
    truth = np.exp(fitted.arrays.y[keep])
    chosen = [c for c, k in zip(fitted.cases, keep, strict=True) if k]
    own = np.median(np.abs(np.expm1(-residual)))
    assert np.median(np.abs(fitted.residuals()[keep])) < own
    for formula in PEERS.values():
        assert 1.5 * own < np.median(np.abs(np.array([formula(c) for c in chosen]) / truth - 1))


def test_seen_asks_for_the_device_and_the_kernel_outside_the_group(fitted):
    """A device only one publisher measured is not seen without that publisher."""
    alone = [
        s
        for c, s in zip(fitted.cases, seen(fitted.cases, publisher), strict=True)
        if c.gpu.catalog_name == "Tesla V100S PCIe 32 GB"
    ]
    assert alone
    assert not any(alone)
