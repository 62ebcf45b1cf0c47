"""Every figure opened: its terms are those of the function that gave it."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.explanation import Explanation
from advisor.documents.requirements import Load, Requirements
from advisor.recommendation.explain import explain
from advisor.recommendation.recommend import recommend


def explained(hardware: str, model: str, **need) -> dict:
    """The explanation of the recommended plan, or of the nearest miss."""
    machine, profile = resolve_hardware(hardware, Overrides()), resolve_model(model)
    requirements = Requirements(model=model, context_tokens=4096, **need)
    answer = recommend(requirements, machine, profile)
    plan = answer.recommendation or answer.nearest_miss.plan
    return explain(plan, machine, profile, requirements)


def opened(hardware: str, model: str, **need) -> dict:
    """Its sections."""
    return explained(hardware, model, **need)["sections"]


def test_it_satisfies_its_schema():
    """All four sections, as the published document says."""
    TypeAdapter(Explanation).validate_python(explained("RTX 4090", "Llama-3.1-8B", engines=("llama.cpp",)))


def test_the_seconds_of_a_token_are_its_terms():
    """On a local engine the terms of decoding add up to one over the speed."""
    speed = opened("RTX 4090", "Llama-3.1-8B", engines=("llama.cpp",), schemes=("Q4_K_M",))["speed"]
    terms = speed["terms"]["decode"]["term_seconds"]
    assert 1 / speed["figures"]["decode_tokens_per_s"]["value"] == pytest.approx(
        sum(terms.values()), rel=1e-4
    )


def test_a_server_is_explained_under_its_load():
    """Requests in flight and the parts of a step, in milliseconds."""
    loads = (Load(prompt_tokens=512, output_tokens=128, concurrency=8),)
    terms = opened("H100 SXM5 80GB", "Llama-3.1-8B", engines=("vllm",), loads=loads)["speed"]["terms"]
    assert 8.0 == terms["requests_in_flight"]
    assert terms["step_ms"] > 0


def test_what_does_not_fit_has_no_speed():
    """The section says so instead of figures."""
    speed = opened("RTX 3060 12GB", "Llama-3.1-405B", engines=("vllm",))["speed"]
    assert {"why not": "it does not fit"} == speed
