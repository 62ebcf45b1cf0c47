"""The format a model was published in."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.prediction.accuracy.native import is_native


@pytest.mark.parametrize(
    ("model", "scheme", "native"),
    [
        ("gpt-oss-20b", "MXFP4", True),
        ("gpt-oss-20b", "MXFP4_MOE", True),
        ("gpt-oss-20b", "Q4_K_M", False),
        ("DeepSeek-V3.1", "W8A8-FP-block", True),
        ("llama-3.1-8b", "BF16", False),
        ("llama-3.1-8b", "MXFP4", False),
    ],
)
def test_weights_as_published_lose_nothing(model, scheme, native):
    """Experts trained in MXFP4 are that in a checkpoint and in a GGUF file; 16 bits are the reference."""
    assert is_native(find_model(model), find_scheme(scheme)) is native
