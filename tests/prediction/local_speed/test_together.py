"""Several answers written at once."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.documents.outcome import Placement
from advisor.documents.requirements import Load
from advisor.prediction.case import Case, Sized
from advisor.prediction.local_speed.predict import predict
from advisor.prediction.local_speed.together import predict_together
from advisor.sizing.weights import weigh

COUNTS = (1, 2, 4, 8, 9, 16, 32, 64, 128)
LOAD = Load(prompt_tokens=512, output_tokens=128)


def asked(model: str, scheme: str, machine: str) -> tuple[Case, Sized]:
    """*model* in *scheme* on *machine*'s card, or its processor where it has none."""
    profile, hardware = find_model(model), resolve_hardware(machine)
    kind = "gpu" if hardware.gpus else "cpu"
    case = Case(
        hardware=hardware,
        model=profile,
        scheme=find_scheme(scheme),
        engine="llama.cpp",
        backend="cuda" if hardware.gpus else "cpu",
    )
    sized = Sized(
        weights=weigh(profile, case.scheme), placement=Placement(kind=kind, n_gpus=len(hardware.gpus))
    )
    return case, sized


@pytest.mark.parametrize("machine", ["H100 SXM", "RTX 3090", "RX 7900 XTX", "Ryzen 9 7950X"])
@pytest.mark.parametrize("model", ["llama-3.1-8b", "qwen3-30b-a3b"])
def test_a_step_of_more_is_never_shorter(model, machine):
    """Each answer gets slower the more are written at once, and a step of 64 is longer than one of 1."""
    case, sized = asked(model, "Q4_K_M", machine)
    steps = [round(n / predict_together(case, LOAD, sized, n).value, 9) for n in COUNTS]
    assert steps == sorted(steps)
    assert steps[-2] > 1.2 * steps[0]


@pytest.mark.parametrize("count", COUNTS[1:])
def test_no_end_of_an_answer_among_many_passes_that_of_one_alone(count):
    """BF16 of a 32B on an H100 reads 65.5 GB for every token: one of two answers has the bus of one alone."""
    case, sized = asked("Qwen3-32B", "BF16", "H100 SXM")
    alone = predict_together(case, LOAD, sized, 1)
    several = predict_together(case, LOAD, sized, count)
    assert {True} == {
        getattr(several, end) / count <= getattr(alone, end) for end in ("low", "value", "high")
    }


def test_one_sequence_is_decoding_alone():
    """Together alone: the rate of one is the decode speed, up to what is known of that very cell."""
    case, sized = asked("llama-3.1-70b", "Q3_K_S", "RTX 4090")
    alone = predict(case, LOAD, sized).decode_tokens_per_s
    assert predict_together(case, LOAD, sized, 1).value == pytest.approx(alone.value)


def test_many_share_the_weights():
    """64 answers on an H100 come 9 times as fast as one, or more: 3,888 against 260 tokens/s measured."""
    case, sized = asked("llama-3.1-8b", "Q4_K_M", "H100 SXM")
    assert predict_together(case, LOAD, sized, 64).value > 9 * predict_together(case, LOAD, sized, 1).value


def test_a_mixture_reads_more_experts_for_more_answers():
    """Eight answers cost a mixture of experts more of its single step than a dense model of as many bytes
    read."""
    growth = {}
    for model in ("qwen3-30b-a3b", "qwen3-4b"):
        case, sized = asked(model, "Q4_K_M", "RTX 3090")
        growth[model] = (
            predict_together(case, LOAD, sized, 1).value / predict_together(case, LOAD, sized, 64).value
        )
    assert growth["qwen3-30b-a3b"] > growth["qwen3-4b"]
