"""Published scores beside a plan: whose, and what the plan keeps of them."""

import csv

from advisor.catalog.resolve import resolve_model
from advisor.data import folder
from advisor.documents.outcome import Estimate
from advisor.need.stated import Stated, requirements
from advisor.recommendation.scores import expected_scores


class _Kept:
    """An outcome that keeps 99 % of every category."""

    def __init__(self, categories):
        kept = Estimate(value=99.0, low=98.0, high=100.0, basis="measured")
        self.retained_accuracy_pct = dict.fromkeys(categories, kept)


def _shown(name, task="chat"):
    with (folder("profiles") / "benchmarks.csv").open(encoding="utf-8", newline="") as file:
        categories = {row["category"] for row in csv.DictReader(file)}
    model = resolve_model(name)
    return expected_scores(model, requirements(Stated(task=(task,)), model), _Kept(categories))[0]


def test_every_reporter_has_a_place():
    """Whoever reports a score, 'not stated' and quoted runs included, a model of the catalogue has an answer
    with each benchmark once."""
    with (folder("profiles") / "model_quality.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder("profiles") / "models.csv").open(encoding="utf-8", newline="") as file:
        known = {row["name"] for row in csv.DictReader(file)}
    unusual = {
        row["model"] for row in rows if row["reported_by"] not in ("independent", "vendor", "other-vendor")
    }
    shown = [[score.benchmark for score in _shown(name, "reasoning")] for name in sorted(unusual & known)]
    assert [names for names in shown if len(names) != len(set(names))] == []
    assert any(shown)


def test_a_plan_keeps_its_share_of_a_published_score():
    """Expected = published x accuracy kept."""
    scores = _shown("Llama-3.1-8B")
    assert [round(one.expected.value, 9) for one in scores] == [
        round(one.published * 0.99, 9) for one in scores
    ]


def test_independent_runs_are_preferred():
    """Where several report one benchmark an independent run is shown before the vendor's."""
    reporters = {one.reported_by.partition(" (")[0] for one in _shown("Qwen3-Coder-30B-A3B", "reasoning")}
    assert reporters == {"independent"}
