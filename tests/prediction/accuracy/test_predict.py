"""Accuracy kept: exact where nothing is lost, in order where order is certain, honest elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise

import pytest

from advisor.documents.kinds import TASK_CATEGORIES
from advisor.prediction.accuracy.predict import Accuracy
from advisor.prediction.artifacts import FOLDER

from .conftest import Asked

CONFIDENCES = (0.5, 0.75, 0.9, 0.95, 0.99)


def worse(first: Accuracy, second: Accuracy) -> list[str]:
    """Categories in which *second*, which should be no worse, keeps less by value or by bound."""
    return [
        c
        for c in TASK_CATEGORIES
        if second.retained_pct[c].value < first.retained_pct[c].value - 1e-9
        or second.retained_pct[c].low < first.retained_pct[c].low - 1e-9
        or second.loss_upper_pct[c] > first.loss_upper_pct[c] + 1e-9
    ]


@pytest.mark.parametrize("scheme", ["BF16", "F16"])
def test_unquantized_keeps_everything_exactly(asked: Asked, scheme: str) -> None:
    """BF16 and F16 are what loss is measured against: 100 %, exact, no upper bound above 0."""
    found = asked("Llama-3.1-8B", scheme)
    assert {(100.0, 100.0, 100.0, "exact")} == {
        (e.value, e.low, e.high, e.basis) for e in found.retained_pct.values()
    }
    assert {0.0} == set(found.loss_upper_pct.values())
    assert (1.0, 0.0) == (found.perplexity_ratio.value, found.kl_divergence.value)


@pytest.mark.parametrize(
    ("coarse", "fine"),
    [
        ("W4A16-INT-gptq-g128", "W4A16-INT-gptq-g32"),
        ("W4A16-INT-rtn-perchannel", "W4A16-INT-rtn-g128"),
        ("HQQ-4bit-g128", "HQQ-4bit-g64"),
        ("HQQ-3bit-g64", "HQQ-4bit-g64"),
        ("W2A16-INT-autoround-g128", "W2A16-INT-autoround-g64"),
        ("W3A16-INT-gptq-g128", "W4A16-INT-gptq-g128"),
        ("EXL3-3.0bpw", "EXL3-4.0bpw"),
        ("MLX-3bit-g64", "MLX-8bit-g64"),
        ("NVFP4", "NVFP4A16"),
    ],
)
def test_finer_groups_and_more_bits_of_one_method_never_lose_more(
    asked: Asked, coarse: str, fine: str
) -> None:
    """Smaller groups, more bits and unrounded activations of one method are never predicted worse."""
    for model in ("SmolLM3-3B", "Qwen3-30B-A3B", "Gemma-3-27B"):
        assert [] == worse(asked(model, coarse), asked(model, fine))


@pytest.mark.parametrize("scheme", ["Q2_K", "Q3_K_M", "Q4_K_M", "Q6_K"])
def test_an_importance_matrix_never_costs_accuracy(asked: Asked, scheme: str) -> None:
    """With an imatrix a mix keeps at least what it keeps without."""
    for model in ("Llama-3-8B", "Qwen3-4B", "OLMo-2-13B"):
        assert [] == worse(asked(model, scheme, False), asked(model, scheme, True))


def test_a_quantized_cache_never_helps(asked: Asked) -> None:
    """KV cache in f16, q8_0, q5_0, q4_0: each step down keeps no more."""
    for scheme in ("Q4_K_M", "BF16"):
        found = [asked("Llama-3.1-8B", scheme, True, kv) for kv in ("q4_0", "q5_0", "q8_0", "f16")]
        assert [[]] * 3 == [worse(a, b) for a, b in pairwise(found)]


def test_bounds_grow_with_confidence(asked: Asked) -> None:
    """More confidence means a higher bound and a wider interval, around the same value."""
    found = [asked("Mistral-7B-v0.3", "Q4_K_M", True, "f16", c) for c in CONFIDENCES]
    for a, b in pairwise(found):
        for category in TASK_CATEGORIES:
            assert a.loss_upper_pct[category] <= b.loss_upper_pct[category]
            assert a.retained_pct[category].low >= b.retained_pct[category].low
            assert a.retained_pct[category].value == b.retained_pct[category].value


def test_losses_are_never_negative_and_eight_bits_are_nearly_free(asked: Asked) -> None:
    """Expected losses lie in 0..100; Q8_0 costs a model nobody measured under 1 % everywhere."""
    for scheme in ("Q8_0", "Q4_K_M", "IQ1_S"):
        for estimate in asked("OLMo-2-13B", scheme).retained_pct.values():
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 100
    assert {True} == {e.value > 99 for e in asked("OLMo-2-13B", "Q8_0").retained_pct.values()}


def test_a_smaller_sister_loses_no_less_at_three_bits(asked: Asked) -> None:
    """Of a family nobody measured, the smaller model loses at least as much."""
    small, large = asked("OLMo-2-7B", "Q3_K_M"), asked("OLMo-2-32B", "Q3_K_M")
    assert [] == worse(small, large)


def test_a_measured_scheme_says_so_and_names_its_sources(asked: Asked) -> None:
    """Llama-3.1-8B W4A16 GPTQ has published scores: basis measured, the sources in the evidence."""
    found = asked("Llama-3.1-8B", "W4A16-INT-gptq-g128")
    assert "measured" == found.retained_pct["knowledge"].basis
    assert "redhat_model_cards" in " ".join(found.retained_pct["knowledge"].evidence)


def test_a_thin_method_is_said_to_be_extrapolated_with_its_rows(asked: Asked) -> None:
    """HQQ was never measured on code: the answer says extrapolated and 0 rows."""
    code = asked("Qwen3-8B", "HQQ-4bit-g64").retained_pct["code"]
    assert "extrapolated" == code.basis
    assert "0 rows of 0 sources: hqq × code" in code.evidence


def test_an_unknown_category_is_not_measured(asked: Asked) -> None:
    """A category without any row has no figure and no bound."""
    found = asked("Llama-3.1-8B", "Q4_K_M", True, "f16", 0.9, ("poetry",))
    assert {"poetry": None} == found.retained_pct
    assert {} == found.loss_upper_pct


def test_beyond_what_was_measured_the_interval_is_everything_possible(asked: Asked) -> None:
    """99 % wants 99 families: bounds are guessing and no loss at all, and the evidence says so."""
    found = asked("OLMo-2-13B", "Q4_K_M", True, "f16", 0.99)
    code = found.retained_pct["code"]
    assert (0.0, 100.0) == (pytest.approx(code.low), code.high)
    assert 100.0 == pytest.approx(found.loss_upper_pct["code"])
    assert any("wants 99 families" in line for line in code.evidence)
    assert found.perplexity_ratio.high > 1000


def test_a_model_measured_before_is_no_wider_than_one_that_was_not(asked: Asked) -> None:
    """In shares of the expected loss, interval by interval."""
    for scheme in ("HQQ-3bit-g64", "MLX-3bit-g64"):
        known, unknown = asked("Llama-3.1-8B", scheme), asked("OLMo-2-7B", scheme)
        for category in TASK_CATEGORIES:
            one, other = known.retained_pct[category], unknown.retained_pct[category]
            relative = (
                (one.high - one.low) / (100 - one.value),
                (other.high - other.low) / (100 - other.value),
            )
            assert relative[0] <= relative[1] * 1.05


def test_trained_with_quantization_loses_less(asked: Asked) -> None:
    """QAT and adapters win back part of what the same bits lose."""
    plain = asked("Llama-3-8B", "W4A16-INT-gptq-g128").retained_pct["math"].value
    assert asked("Llama-3-8B", "W4A16-INT-efficientqat-g128").retained_pct["math"].value > plain - 1.0


def test_terms_explain_the_figure(asked: Asked) -> None:
    """The terms hold the damage, its noises, the price per category and the nearest measured schemes."""
    terms = asked("Llama-3-8B", "Q4_K_M").terms
    assert {"weights"} == set(terms["noises"])
    assert terms["log_damage"] == pytest.approx(terms["noises"]["weights"] + terms["model"])
    assert 4.5 < terms["effective_bits"] < 5.1
    assert terms["categories"]["math"]["rows"] >= 0
    assert terms["measured"]


def test_the_prediction_runs_on_the_standard_library() -> None:
    """Neither numpy nor pandas is imported by a prediction."""
    code = (
        "import sys; from advisor.catalog.models import find_model;"
        "from advisor.catalog.schemes import find_scheme;"
        "from advisor.documents.hardware import HardwareProfile;"
        "from advisor.sizing.weights import weigh;"
        "from advisor.prediction.case import Case;"
        "from advisor.prediction.accuracy.predict import predict;"
        "m=find_model('Llama-3.1-8B'); s=find_scheme('Q4_K_M'); h=HardwareProfile(name='any', source='user');"
        "predict(Case(hardware=h, model=m, scheme=s, engine='llama.cpp', backend='cpu'), weigh(m, s, True));"
        "print([n for n in ('numpy','pandas','sklearn','scipy','pydantic') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_the_artifact_is_plain_and_small() -> None:
    """Both files are JSON objects with a format number, under 400 KB."""
    for name in ("accuracy.json", "accuracy_cells.json"):
        path = FOLDER / name
        assert path.stat().st_size < 400_000
        assert "format" in json.loads(path.read_text(encoding="utf-8"))


def test_four_bit_activations_without_rotation_cost_most_of_the_model(asked: Asked) -> None:
    """Activations rounded to 4-bit integers lose over a third of knowledge; rotated or at 8 bits far less."""
    loss = {
        name: 100 - asked("Mistral-7B-v0.3", name).retained_pct["knowledge"].value
        for name in ("W4A4-RTN", "W4A4-QuaRot", "W4A8", "W4A16-INT-rtn-g128")
    }
    assert loss["W4A4-RTN"] > 33.0
    assert loss["W4A4-RTN"] > loss["W4A4-QuaRot"] > loss["W4A16-INT-rtn-g128"]
    assert loss["W4A4-RTN"] > 5 * loss["W4A8"] > 0
    assert loss["W4A8"] >= loss["W4A16-INT-rtn-g128"]


def test_a_measured_mix_speaks_for_its_sister(asked: Asked) -> None:
    """UD-Q5_K_M and UD-Q5_K_XL of Llama-3.1-8B differ by little in their files; one was measured, and both
    answer within a tenth of a point."""
    one, other = asked("Llama-3.1-8B", "UD-Q5_K_M"), asked("Llama-3.1-8B", "UD-Q5_K_XL")
    for category in TASK_CATEGORIES:
        assert other.retained_pct[category].value == pytest.approx(one.retained_pct[category].value, abs=0.1)


def test_nvfp4_in_gguf_is_nvfp4(asked: Asked) -> None:
    """Its blocks are NVFP4's: FP8 scales per 16 weights, which are counted apart from the 4 bits."""
    terms = asked("Qwen3-8B", "GGUF-NVFP4").terms
    assert ("nvfp4", 16) == (terms["method"], terms["group"])
    assert terms["effective_bits"] < 4.2


def test_other_tasks_of_a_measured_scheme_inform_one_that_was_not(asked: Asked) -> None:
    """Llama-3.1-70B W4A16 GPTQ was measured on 15 benchmarks: 'average' says so, and is narrower for it."""
    measured = asked("Llama-3.1-70B", "W4A16-INT-gptq-g128").retained_pct["average"]
    unseen = asked("OLMo-2-32B", "W4A16-INT-gptq-g128").retained_pct["average"]
    assert "other tasks of it were measured: 15 rows" in measured.evidence
    assert measured.high - measured.low < unseen.high - unseen.low


@pytest.mark.parametrize("scheme", ["TQ1_0", "TQ2_0"])
def test_what_a_ternary_model_loses_is_not_measured(asked: Asked, scheme: str) -> None:
    """The format it was trained for holds its matrices; of its embeddings no loss is invented."""
    found = asked("bitnet-b1.58-2B-4T", scheme)
    assert ({None}, {}, None) == (set(found.retained_pct.values()), found.loss_upper_pct, found.kl_divergence)
