"""Few layers measured, the whole scaled up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.hardware import describe_machine
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.errors import UsageError
from advisor.measuring.rows import Row
from advisor.measuring.run import synthetic
from advisor.measuring.run.speed import SpeedTest
from advisor.measuring.run.synthetic import FEW, _scaled
from advisor.measuring.synthetic import synthetic_model
from advisor.sizing.weights import weigh


def row(tokens_per_s: float) -> Row:
    """A measured speed."""
    return Row(
        kind="speed",
        metric="tokens_per_s",
        value=tokens_per_s,
        sd=tokens_per_s / 100,
        facts={"best": tokens_per_s},
    )


def test_a_layers_time_is_a_difference():
    """2 and 6 layers take 2 and 4 ms: 30 more layers of half a millisecond each make 19 ms."""
    found = _scaled(row(500.0), row(250.0), 30 / 4, find_model("Qwen3-8B"))
    assert found.value == pytest.approx(1000 / 19)
    assert (found.sd, found.model) == (pytest.approx(10 / 19), "Qwen3-8B")
    assert found.facts["layers_measured"] == list(FEW)


def test_the_average_is_as_far_from_the_fastest_as_that_of_six_layers():
    """Runs of 2 and 4 ms at best, and 5 on average: 19 ms at best, and a quarter more on average."""
    two, six = row(500.0), row(250.0)
    six = replace(six, value=200.0)
    found = _scaled(two, six, 30 / 4, find_model("Qwen3-8B"))
    assert (found.facts["best"], found.value) == (pytest.approx(1000 / 19), pytest.approx(800 / 19))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Speeds that the next measurements give, of two and six layers by turns; the measurements are counted
    by what is left.
    """
    speeds: list[float] = []
    monkeypatch.setattr(synthetic, "_measure", lambda *arguments: [row(speeds.pop(0))])
    return speeds


def measured() -> list[Row]:
    """A model too large to be measured whole."""
    hardware = describe_machine("RTX 4090")
    test = SpeedTest(prompt_tokens=8, output_tokens=8)
    return synthetic.measure_synthetic(
        find_model("Qwen3-8B"), find_scheme("Q4_K_M"), test, hardware, synthetic.Files("few")
    )


def test_a_disturbed_measurement_is_taken_again(runs: list[float]):
    """Two layers were held up at first: the fastest runs of both tries count, wherever they were."""
    runs += [200.0, 250.0, 500.0, 240.0]
    model, scheme = find_model("Qwen3-8B"), find_scheme("Q4_K_M")
    parts = [*(synthetic_model(model, n_layers) for n_layers in FEW), model]
    inside = [sum(weigh(part, scheme).layer_bytes) for part in parts]
    layers = (inside[2] - inside[1]) / (inside[1] - inside[0])
    assert [pytest.approx(1 / (0.004 + 0.002 * layers))] == [found.value for found in measured()]
    assert runs == []


def test_a_machine_too_busy_says_so(runs: list[float]):
    """Six layers cannot be as fast as two: after three tries that is said."""
    runs += [250.0, 250.0] * 4
    with pytest.raises(UsageError, match="the machine is too busy; try again, or --layers all"):
        measured()
    assert runs == [250.0, 250.0]
