"""ExLlamaV3."""

from __future__ import annotations

import pytest

from advisor.catalog.kernels import backends_of
from advisor.engines import engine_for, facts, find_engine


@pytest.mark.parametrize(("kv_type", "mode"), [("q8_0", "8,8"), ("q4_0", "4,4")])
def test_the_cache_has_bits_for_keys_and_for_values(line, kv_type, mode):
    """Two numbers, keys first."""
    assert f" --cache-mode {mode} " in line("exllamav3", kv_type=kv_type)


def test_where_it_runs_and_what_it_is_called(families):
    """NVIDIA GPUs, wholly in their memory; the plain name means the generation in use."""
    exl3 = facts("exllamav3")
    assert (backends_of("exllamav3"), exl3.outside_gpu, exl3.fetches) == ({"cuda"}, "", False)
    assert (families["exllamav3"], engine_for("exl3")) == ({"exl3"}, "exllamav3")
    assert {"exllamav3"} == {find_engine(text) for text in ("ExLlama", "exl3", "TabbyAPI")}
