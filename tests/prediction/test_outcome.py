"""What holds of every answer, whoever predicts it."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.documents.outcome import Estimate, Outcome
from advisor.documents.requirements import Load
from advisor.prediction.case import Case
from advisor.prediction.figures import FIGURES
from advisor.prediction.outcome import predict
from advisor.prediction.own.evidence import NOTHING_OWN, Evidence, OwnDamage, OwnEvidence, Phase, Point
from advisor.prediction.own.pooling import pool

CONFIDENCES = (0.5, 0.8, 0.9, 0.95)
PHASES: tuple[Phase, ...] = ("decode", "prefill")
OWN = OwnEvidence(
    speed=pool(
        [
            Evidence(backend, phase, Point("Q4_K", math.log(4.7e9), False, "other"), log_ratio)
            for backend in ("cuda", "cpu")
            for phase, log_ratio in zip(PHASES, (-0.4, 0.3), strict=True)
        ]
    ),
    damage=(
        OwnDamage(
            model="Llama-3.1-8B", scheme="Q4_K_M", metric="kld_mean", texts=((0.04, 0.001), (0.05, 0.001))
        ),
    ),
)


def figures(outcome: Outcome) -> dict[str, Estimate]:
    """Every figure there is, by name."""
    found = {name: getattr(outcome, name) for name in (*FIGURES, "perplexity_ratio", "kl_divergence")}
    found |= outcome.retained_accuracy_pct
    return {name: estimate for name, estimate in found.items() if estimate is not None}


@pytest.mark.parametrize("own", [NOTHING_OWN, OWN], ids=["without own rows", "with own rows"])
@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize(
    ("hardware", "scheme", "engine", "backend"),
    [
        ("RTX 4090", "Q4_K_M", "llama.cpp", "cuda"),
        ("EPYC 9654 384GB", "Q4_K_M", "llama.cpp", "cpu"),
        ("2x A100 SXM4 80GB", "W8A8-INT", "vllm", "cuda"),
    ],
)
def test_a_centre_never_depends_on_its_confidence(hardware, scheme, engine, backend, concurrency, own):
    """The values are the same at every confidence, and a higher one's intervals hold a lower one's."""
    case = {
        "hardware": resolve_hardware(hardware),
        "model": find_model("Llama-3.1-8B"),
        "scheme": find_scheme(scheme),
        "engine": engine,
        "backend": backend,
        "loads": (Load(concurrency=concurrency),),
        "categories": ("math", "knowledge"),
        "own": own,
    }
    answers = [figures(predict(Case(**case, confidence=confidence))) for confidence in CONFIDENCES]
    for inner, outer in pairwise(answers):
        assert {name: one.value for name, one in inner.items()} == {
            name: one.value for name, one in outer.items()
        }
        for name, one in inner.items():
            assert outer[name].low <= one.low <= one.value <= one.high <= outer[name].high, name


def test_own_figures_of_damage_replace_predicted_ones():
    """The divergence measured by the user is the answer's."""
    found = predict(
        Case(
            hardware=resolve_hardware("RTX 4090"),
            model=find_model("Llama-3.1-8B"),
            scheme=find_scheme("Q4_K_M"),
            engine="llama.cpp",
            backend="cuda",
            own=OWN,
        )
    )
    assert (found.kl_divergence.value, found.kl_divergence.basis) == (0.045, "measured-here")
