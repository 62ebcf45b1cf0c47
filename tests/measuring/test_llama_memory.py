"""The memory rules against the real llama.cpp, which builds its graph on sparse files without allocating."""

from __future__ import annotations

import pytest

from advisor.errors import UnsupportedError
from advisor.measuring.llama_memory import SETTINGS, dry_run
from advisor.sizing.context_params import ContextParams

pytest.importorskip("cyllama")


@pytest.mark.parametrize(
    "name",
    [
        "Llama-3.1-8B",
        "Gemma-2-2B",
        "gpt-oss-20b",
        "DeepSeek-V3",
        "Qwen3.5-0.8B",
        "Granite-4.0-H-Micro",
        "Falcon-H1-0.5B",
        "Hunyuan-A13B",
        "Command-R7B",
        "LFM2-350M",
    ],
)
def test_cache_is_exact_and_compute_below_its_bound(name):
    """Every cache within 0.1 % of the engine's, and no compute buffer above what a placement reserves."""
    found = dry_run(name, SETTINGS)
    assert len(SETTINGS) == len(found)
    for run in found:
        assert run.kv_predicted_bytes == pytest.approx(run.kv_bytes, rel=1e-3)
        assert run.compute_bytes <= run.compute_bound_bytes


def test_the_engine_refuses_heads_of_80_in_q8_0():
    """EXAONE-3.5-2.4B with a q8_0 cache: the context cannot be created, as `unusable_cache` says."""
    with pytest.raises(UnsupportedError, match="did not load"):
        dry_run("EXAONE-3.5-2.4B", (ContextParams(4096, kv_type="q8_0"),))
