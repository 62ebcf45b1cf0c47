"""Accuracy kept: exact where nothing is lost, in order where order is certain, honest elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from itertools import pairwise

import pytest

from advisor.catalog.models import all_models, find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import TASK_CATEGORIES
from advisor.errors import AdvisorError
from advisor.prediction.accuracy.facts import LADDERS, effective_bits, family_group, release_year, steps
from advisor.prediction.accuracy.measured import cells_of, placed
from advisor.prediction.accuracy.predict import Accuracy, predict
from advisor.prediction.artifacts import FOLDER
from advisor.prediction.case import Case
from advisor.sizing.weights import weigh

CONFIDENCES = (0.5, 0.75, 0.9, 0.95, 0.99)


def case_of(model, scheme, **more) -> Case:
    """A case whose machine and engine say nothing of its accuracy."""
    hardware = HardwareProfile(name="any", source="user")
    return Case(hardware=hardware, model=model, scheme=scheme, engine="llama.cpp", backend="cpu", **more)


@cache
def asked(
    model: str, scheme: str, imatrix: bool | None = True, kv: str = "f16", confidence: float = 0.9
) -> Accuracy | None:
    """The prediction for catalogue names; None where llama-quantize has no such mix."""
    profile, about = find_model(model), find_scheme(scheme)
    flag = imatrix if about.is_gguf else None
    try:
        weights = weigh(profile, about, flag)
    except AdvisorError:
        return None
    case = case_of(
        profile, about, imatrix=flag, kv_type=kv, categories=TASK_CATEGORIES, confidence=confidence
    )
    return predict(case, weights)


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
def test_unquantized_keeps_everything_exactly(scheme):
    """BF16 and F16 are what loss is measured against: 100 %, exact, no upper bound above 0."""
    found = asked("Llama-3.1-8B", scheme)
    assert {(100.0, 100.0, 100.0, "exact")} == {
        (e.value, e.low, e.high, e.basis) for e in found.retained_pct.values()
    }
    assert {0.0} == set(found.loss_upper_pct.values())
    assert (1.0, 0.0) == (found.perplexity_ratio.value, found.kl_divergence.value)


@pytest.mark.parametrize("ladder", LADDERS, ids=["K", "IQ"])
def test_more_bits_never_lose_more_on_any_catalogue_model(ladder):
    """Up llama.cpp's ladder no category keeps less, by value or by bound, on every third model."""
    inverted = []
    for model in all_models()[::3]:
        found = [(name, asked(model.name, name)) for name in ladder]
        known = [(name, one) for name, one in found if one is not None and one.retained_pct["average"]]
        inverted += [(model.name, a[0], b[0], c) for a, b in pairwise(known) for c in worse(a[1], b[1])]
    assert [] == inverted


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
def test_finer_groups_and_more_bits_of_one_method_never_lose_more(coarse, fine):
    """Smaller groups, more bits and unrounded activations of one method are never predicted worse."""
    for model in ("SmolLM3-3B", "Qwen3-30B-A3B", "Gemma-3-27B"):
        assert [] == worse(asked(model, coarse), asked(model, fine))


@pytest.mark.parametrize("scheme", ["Q2_K", "Q3_K_M", "Q4_K_M", "Q6_K"])
def test_an_importance_matrix_never_costs_accuracy(scheme):
    """With an imatrix a mix keeps at least what it keeps without."""
    for model in ("Llama-3-8B", "Qwen3-4B", "OLMo-2-13B"):
        assert [] == worse(asked(model, scheme, False), asked(model, scheme, True))


def test_a_quantized_cache_never_helps():
    """KV cache in f16, q8_0, q5_0, q4_0: each step down keeps no more."""
    for scheme in ("Q4_K_M", "BF16"):
        found = [asked("Llama-3.1-8B", scheme, True, kv) for kv in ("q4_0", "q5_0", "q8_0", "f16")]
        assert [[]] * 3 == [worse(a, b) for a, b in pairwise(found)]


def test_bounds_grow_with_confidence():
    """More confidence means a higher bound and a wider interval, around the same value."""
    found = [asked("Mistral-7B-v0.3", "Q4_K_M", True, "f16", c) for c in CONFIDENCES]
    for a, b in pairwise(found):
        for category in TASK_CATEGORIES:
            assert a.loss_upper_pct[category] <= b.loss_upper_pct[category]
            assert a.retained_pct[category].low >= b.retained_pct[category].low
            assert a.retained_pct[category].value == b.retained_pct[category].value


def test_losses_are_never_negative_and_eight_bits_are_nearly_free():
    """Expected losses lie in 0..100; Q8_0 costs a model nobody measured under 1 % everywhere."""
    for scheme in ("Q8_0", "Q4_K_M", "IQ1_S"):
        for estimate in asked("OLMo-2-13B", scheme).retained_pct.values():
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 100
    assert all(e.value > 99 for e in asked("OLMo-2-13B", "Q8_0").retained_pct.values())


def test_a_smaller_sister_loses_no_less_at_three_bits():
    """Of a family nobody measured, the smaller model loses at least as much."""
    small, large = asked("OLMo-2-7B", "Q3_K_M"), asked("OLMo-2-32B", "Q3_K_M")
    assert [] == worse(small, large)


def test_a_measured_scheme_says_so_and_names_its_sources():
    """Llama-3.1-8B W4A16 GPTQ has published scores: basis measured, the sources in the evidence."""
    found = asked("Llama-3.1-8B", "W4A16-INT-gptq-g128")
    assert "measured" == found.retained_pct["knowledge"].basis
    assert "redhat_model_cards" in " ".join(found.retained_pct["knowledge"].evidence)


def test_a_thin_method_is_said_to_be_extrapolated_with_its_rows():
    """HQQ was never measured on code: the answer says extrapolated and 0 rows."""
    code = asked("Qwen3-8B", "HQQ-4bit-g64").retained_pct["code"]
    assert "extrapolated" == code.basis
    assert "0 rows of 0 sources: hqq × code" in code.evidence


def test_an_unknown_category_is_not_measured():
    """A category without any row has no figure and no bound."""
    scheme, model = find_scheme("Q4_K_M"), find_model("Llama-3.1-8B")
    found = predict(case_of(model, scheme, imatrix=True, categories=("poetry",)), weigh(model, scheme, True))
    assert {"poetry": None} == found.retained_pct
    assert {} == found.loss_upper_pct


def test_terms_explain_the_figure():
    """The terms hold the damage, its noises, the price per category and the nearest measured schemes."""
    terms = asked("Llama-3-8B", "Q4_K_M").terms
    assert {"weights"} == set(terms["noises"])
    assert terms["log_damage"] == pytest.approx(terms["noises"]["weights"] + terms["model"])
    assert 4.5 < terms["effective_bits"] < 5.1
    assert terms["categories"]["math"]["rows"] >= 0
    assert terms["measured"]


def test_a_scheme_between_measured_neighbours_stays_between():
    """Clamped to the neighbour below or above, untouched where it is already between."""
    zs, values = (1.0, 2.0, 3.0), (10.0, 20.0, 30.0)
    assert (10.0, 20.0, 15.0, 30.0, 5.0) == (
        placed(zs, values, 1.5, 4.0),
        placed(zs, values, 1.5, 40.0),
        placed(zs, values, 1.5, 15.0),
        placed(zs, values, 9.0, 0.0),
        placed((), (), 1.0, 5.0),
    )


def test_cells_of_an_unmeasured_model_are_none():
    """A model nobody measured has no cells."""
    assert () == cells_of("No such model", "gguf")


def test_effective_bits_weigh_noise_not_bytes():
    """Half the weights at 2 and half at 6 bits are worse than 4 bits throughout."""
    assert 4.0 == pytest.approx(effective_bits({"ffn_up": 4.0}, {"ffn_up": 100}))
    assert effective_bits({"ffn_up": 2.0, "ffn_down": 6.0}, {"ffn_up": 20, "ffn_down": 60}) < 3.0
    assert effective_bits({}, {}) is None


def test_spans_of_a_ladder_touch_and_never_overlap():
    """Each scheme's span ends where the next begins."""
    spans = steps({name: float(i) for ladder in LADDERS for i, name in enumerate(ladder)})
    for ladder in LADDERS:
        assert all(spans[a][1] == spans[b][0] for a, b in pairwise(ladder))


@pytest.mark.parametrize(
    ("given", "expected"), [("2024-07-23", 2024.5417), ("2025-01", 2025.0417), ("", 2025.0), (None, 2025.0)]
)
def test_release_dates_become_years(given, expected):
    """ISO dates, year-months and nothing at all."""
    assert expected == pytest.approx(release_year(given, 2025.0), abs=1e-3)


def test_sister_families_are_one_group():
    """Llama 3 to 3.3 share their training; Qwen3.5 and Qwen3 do not."""
    assert {"llama-3"} == {family_group(f) for f in ("llama-3", "llama-3.1", "llama-3.2", "llama-3.3")}
    assert family_group("qwen3") != family_group("qwen3.5")


def test_the_prediction_runs_on_the_standard_library():
    """Neither numpy nor pandas is imported by a prediction."""
    code = (
        "import sys; from advisor.catalog.models import find_model;"
        "from advisor.catalog.schemes import find_scheme;"
        "from advisor.sizing.weights import weigh;"
        "from advisor.documents.hardware import HardwareProfile;"
        "from advisor.prediction.accuracy.predict import predict;"
        "from advisor.prediction.case import Case;"
        "m=find_model('Llama-3.1-8B'); s=find_scheme('Q4_K_M');"
        "h=HardwareProfile(name='any', source='user');"
        "c=Case(hardware=h, model=m, scheme=s, engine='llama.cpp', backend='cpu', categories=('math',));"
        "predict(c, weigh(m,s,True));"
        "print([n for n in ('numpy','pandas','sklearn','scipy','pydantic') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_the_artifact_is_plain_and_small():
    """Both files are JSON objects with a format number, under 400 KB."""
    for name in ("accuracy.json", "accuracy_cells.json"):
        path = FOLDER / name
        assert path.stat().st_size < 400_000
        assert 1 == json.loads(path.read_text(encoding="utf-8"))["format"]


def test_four_bit_activations_without_rotation_cost_most_of_the_model():
    """Activations rounded to 4-bit integers lose over a third of knowledge; rotated or at 8 bits far less."""
    loss = {
        name: 100 - asked("Mistral-7B-v0.3", name).retained_pct["knowledge"].value
        for name in ("W4A4-RTN", "W4A4-QuaRot", "W4A8", "W4A16-INT-rtn-g128")
    }
    assert loss["W4A4-RTN"] > 33.0
    assert loss["W4A4-RTN"] > loss["W4A4-QuaRot"] > loss["W4A16-INT-rtn-g128"]
    assert loss["W4A4-RTN"] > 5 * loss["W4A8"] > 0
    assert loss["W4A8"] >= loss["W4A16-INT-rtn-g128"]


def test_two_names_of_the_same_tensors_lose_the_same():
    """UD-Q5_K_M and UD-Q5_K_XL of Llama-3.1-8B have the same types; one was measured, both answer with it."""
    one, other = asked("Llama-3.1-8B", "UD-Q5_K_M"), asked("Llama-3.1-8B", "UD-Q5_K_XL")
    for category in TASK_CATEGORIES:
        assert other.retained_pct[category].value == pytest.approx(one.retained_pct[category].value, abs=1e-9)


def test_nvfp4_in_gguf_is_nvfp4():
    """Its blocks are NVFP4's: FP8 scales per 16 weights, which are counted apart from the 4 bits."""
    terms = asked("Qwen3-8B", "GGUF-NVFP4").terms
    assert ("nvfp4", 16) == (terms["method"], terms["group"])
    assert terms["effective_bits"] < 4.2


def test_other_tasks_of_a_measured_scheme_inform_one_that_was_not():
    """Llama-3.1-70B W4A16 GPTQ was measured on 15 benchmarks: 'average' says so, and is narrower for it."""
    measured = asked("Llama-3.1-70B", "W4A16-INT-gptq-g128").retained_pct["average"]
    unseen = asked("OLMo-2-32B", "W4A16-INT-gptq-g128").retained_pct["average"]
    assert "other tasks of it were measured: 15 rows" in measured.evidence
    assert measured.high - measured.low < unseen.high - unseen.low
