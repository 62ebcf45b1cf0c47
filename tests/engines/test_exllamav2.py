"""ExLlamaV2."""

from __future__ import annotations

import pytest

from advisor.catalog.kernels import backends_of
from advisor.engines import engine_for, facts, find_engine


@pytest.mark.parametrize(("kv_type", "mode"), [("q8_0", "Q8"), ("q4_0", "Q4")])
def test_the_cache_is_q8_or_q4(line, kv_type, mode):
    """One word for keys and values."""
    assert f" --cache-mode {mode} " in line("exllamav2", kv_type=kv_type)


def test_where_it_runs_and_what_it_is_called(families):
    """NVIDIA and AMD GPUs, wholly in their memory; its own format means it."""
    exl2 = facts("exllamav2")
    assert (backends_of("exllamav2"), exl2.outside_gpu, exl2.fetches) == ({"cuda", "rocm"}, "", False)
    assert (families["exllamav2"], engine_for("exl2"), find_engine("EXL2")) == (
        {"exl2"},
        "exllamav2",
        "exllamav2",
    )
