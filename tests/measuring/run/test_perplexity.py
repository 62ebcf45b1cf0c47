"""Damage through llama-perplexity, where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from advisor.measuring.run.accuracy import AccuracyTest
from advisor.measuring.run.perplexity import with_llama_perplexity
from advisor.measuring.store import Store


def test_llama_perplexity_runs_the_reference_once_and_no_candidate_twice(
    stand_in: Callable[..., Path], calls: Callable[[], list[list[str]]], tmp_path: Path
) -> None:
    """After an interruption only the candidates that were not done are run again."""
    stand_in("llama-perplexity", "llama_perplexity_kld.log")
    for name in ("reference.gguf", "a.gguf", "b.gguf", "text.txt"):
        (tmp_path / name).write_text(name)
    test = AccuracyTest(reference=tmp_path / "reference.gguf", text=tmp_path / "text.txt", chunks=4)
    with Store() as store:
        found, tool = with_llama_perplexity([tmp_path / "a.gguf"], test, store)
        assert found[1]["kld_mean"] == (0.0625, 0.00075, 25600)
        assert tool == ("llama-perplexity", "b6500 (abcdef12)")
        assert len(calls()) == 2
        with_llama_perplexity([tmp_path / "a.gguf", tmp_path / "b.gguf"], test, store)
    asked = [call[call.index("-m") + 1] for call in calls()]
    names = [Path(name).name for name in asked]
    assert names == ["reference.gguf", "a.gguf", "reference.gguf", "b.gguf"]
    assert "--kl-divergence" in calls()[1]
