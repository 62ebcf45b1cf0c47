"""Physics alone, pooled effects and boosted trees on the same folds."""

from __future__ import annotations

from advisor.evaluation.accuracy.variants import compare
from advisor.training.accuracy.fitted import LeftOut
from advisor.training.accuracy.rows import Row


def test_three_ways_are_judged_on_the_same_rows(measured: list[Row]) -> None:
    """Each way has a line for families left out and one for sources left out."""
    families = ("llama-3", "qwen2.5", "mistral", "qwen3")
    kept = [row for row in measured if row.model.family in families]
    lines = compare(LeftOut.of(kept[::25]))
    assert [(line["unseen"], line["way"]) for line in lines] == [
        (unseen, way)
        for unseen in ("family", "source")
        for way in ("pooled", "physics only", "boosted residual")
    ]
    assert {True} == {0.1 < line["loss"] < 10 and 1 < line["ppl"] < 5 for line in lines}
