"""One question to the accuracy model."""

from __future__ import annotations

import math

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.prediction.accuracy.question import ENOUGH_ROWS, Question, facts_of, group_of, latent
from advisor.prediction.artifacts import load
from advisor.prediction.case import Case
from advisor.sizing.weights import weigh


@pytest.fixture
def question():
    """(model, scheme, kv type, confidence) -> what is asked."""

    def made(model: str, scheme: str, kv_type: str = "f16", confidence: float = 0.9) -> Question:
        fitted = load("accuracy")
        profile, about = find_model(model), find_scheme(scheme)
        machine = HardwareProfile(name="any", source="user")
        case = Case(
            hardware=machine, model=profile, scheme=about, engine="llama.cpp", backend="cpu", kv_type=kv_type
        )
        facts, known = facts_of(case, weigh(profile, about), fitted)
        return Question(facts, known, fitted, about.name, confidence)

    return made


@pytest.mark.parametrize(
    ("scheme", "kv_type", "noises"),
    [
        ("Q4_K_M", "f16", {"weights"}),
        ("W8A8-INT", "f16", {"weights", "activations"}),
        ("Q4_K_M", "q8_0", {"weights", "kv"}),
    ],
)
def test_noises_of_weights_activations_and_cache_are_apart(question, scheme, kv_type, noises):
    """Each appears where something is rounded."""
    assert set(question("llama-3.1-8b", scheme, kv_type).damage.noises) == noises


def test_more_noise_is_more_damage(question):
    """A quantized cache adds to it, fewer bits add more."""
    z = [question("llama-3.1-8b", scheme).damage.z for scheme in ("Q8_0", "Q4_K_M", "Q2_K")]
    assert z == sorted(z)
    quantized = question("llama-3.1-8b", "Q4_K_M", "q4_0")
    assert quantized.damage.z > z[1]
    plain, added = quantized.at("math")
    assert (math.isfinite(plain), added > 0) == (True, True)


def test_damage_is_the_sum_of_its_parts(question):
    """Noises added in the open, the model's own part on top."""
    asked = question("llama-3.1-8b", "W8A8-INT", "q8_0")
    found = latent(asked.facts, asked.about, asked.coefficients)
    whole = sum(math.exp(z) for z in found.noises.values())
    assert found.z == pytest.approx(math.log(whole) + found.model)


def test_weights_as_published_have_no_noise(question):
    """gpt-oss was trained in MXFP4."""
    facts = question("gpt-oss-20b", "MXFP4").facts
    assert (facts.method, facts.bits, facts.act) == ("none", 16.0, "")


@pytest.mark.parametrize(
    ("scheme", "group"), [("Q4_K_M", "gguf"), ("IQ2_XXS", "gguf"), ("W4A16-INT-gptq-g128", "gptq")]
)
def test_gguf_schemes_stand_in_one_order(question, scheme, group):
    """Other methods each in their own."""
    assert group_of(question("llama-3.1-8b", scheme).facts) == group


def test_enough_is_rows_and_sources(question):
    """Counted by method and kind of figure; an unheard-of kind has none."""
    asked = question("llama-3.1-8b", "Q4_K_M")
    rows, sources = asked.support("knowledge")
    assert asked.enough("knowledge") is (rows >= ENOUGH_ROWS and len(sources) >= 3)
    assert (asked.support("taste"), asked.enough("taste")) == ((0, ()), False)


def test_beyond_what_was_left_out_the_interval_is_everything(question):
    """And the note says how many groups that confidence wants."""
    sure = question("llama-3.1-8b", "Q4_K_M", confidence=0.9999)
    assert math.isinf(sure.width("task", "two_sided"))
    assert "confidence wants" in sure.task_note[0]
    usual = question("llama-3.1-8b", "Q4_K_M", confidence=0.8)
    assert (usual.known, usual.task_note, 0 < usual.task_widths[1] < usual.task_widths[0]) == (True, (), True)
