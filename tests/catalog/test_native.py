"""The format a vendor publishes a model in."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.native import experts_only, native_schemes
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile


@pytest.mark.parametrize(
    ("model", "schemes"),
    [
        ("gpt-oss-20b", ("MXFP4", "MXFP4A16", "MXFP4_MOE")),
        ("DeepSeek-V3.1", ("W8A8-FP-block",)),
        ("Llama-3.1-8B", ()),
    ],
)
def test_published_weights_are_kept_by_these_schemes(model, schemes):
    """None for a model published in 16 bits."""
    assert native_schemes(find_model(model)) == schemes


@pytest.mark.parametrize(
    ("model", "scheme", "only"),
    [
        ("gpt-oss-120b", "MXFP4", True),
        ("DeepSeek-V3.1", "W8A8-FP-block", False),
        ("Llama-3.1-8B", "MXFP4", False),
    ],
)
def test_some_are_published_with_their_experts_alone_in_it(model, scheme, only):
    """All else has 16 bits."""
    assert experts_only(find_model(model), find_scheme(scheme)) is only


@pytest.mark.parametrize(
    ("name", "schemes"),
    [
        ("microsoft/bitnet-b1.58-2B-4T", ("TQ2_0", "TQ1_0")),
        ("tiiuae/Falcon-E-3B-Instruct", ("TQ2_0", "TQ1_0")),
        ("SpectraSuite/TriLM_3.9B_Unpacked", ("TQ2_0", "TQ1_0")),
        ("unsloth/DeepSeek-R1-1.58bit", ()),
    ],
)
def test_models_trained_ternary_are_kept_by_the_ternary_types(name, schemes):
    """Those alone: 1.58 bits in the name of a rounded model say nothing of its training."""
    assert native_schemes(ModelProfile(name=name, source="user", n_params=3_000_000_000)) == schemes
