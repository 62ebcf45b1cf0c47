"""The first plan is the same, whether all are judged or only those that can be it."""

from itertools import product

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.recommendation.best import best_plan
from advisor.recommendation.evaluate import feasible
from advisor.recommendation.judge import Setting, Trial
from advisor.recommendation.rank import ranked

MACHINES = (
    ("RTX 4090", None),
    ("RTX 3060 12GB", "32GB"),
    ("Ryzen AI Max+ 395", "128GB"),
    ("Arc A770", "32GB"),
    ("EPYC 9654", "384GB"),
    ("2x A100 80GB", None),
    ("M3 Max 64GB", None),
)
ASKED = (
    {},
    {"task": ("code",), "min_speed": "20"},
    {"objective": "speed"},
    {"objective": "size"},
    {"context": "32768", "concurrency": "8"},
    {"max_loss": "2%"},
    {"scheme": ("Q8_0", "Q4_K_M", "W8A8-INT", "MXFP4", "W4A16-INT-gptq-g128")},
)
CASES = tuple(zip(product(MACHINES, ("Llama-3.1-8B", "Qwen3-30B-A3B")), ASKED * 2, strict=True))


@pytest.mark.parametrize(("where", "asked"), CASES)
def test_it_is_the_first_of_all_ranked(need_of, where, asked):
    """Over machines that hold all, some and none of a model, and over every objective."""
    (machine, ram), name = where
    model, need = need_of(name, **asked)
    setting = Setting(resolve_hardware(machine, Overrides(ram=ram)), model)
    everything = ranked(feasible(need, setting), need)
    assert next(iter(everything), None) == best_plan(need, setting)


def test_what_cannot_win_is_not_placed(need_of, monkeypatch):
    """Llama-3.1-8B on an RTX 4090: fewer than half of the plans are judged."""
    model, need = need_of("Llama-3.1-8B")
    setting = Setting(resolve_hardware("RTX 4090"), model)
    asked, judge = [], Trial._feasible
    monkeypatch.setattr(Trial, "_feasible", lambda trial, tokens: asked.append(trial) or judge(trial, tokens))
    feasible(need, setting)
    everything = len(asked)
    best_plan(need, setting)
    assert (True, True) == (everything > 0, len(asked) - everything < everything / 2)


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("2x RTX 3090 + Ryzen 9 5950X 64GB", "Llama-3.3-70B"),
        ("Core i5-1340P 16GB", "Llama-3.1-8B"),
        ("Raspberry Pi 5 16GB", "Qwen3-8B"),
        ("RTX 3060 12GB + Ryzen 5 5600X 32GB", "Gemma-3-27B"),
    ],
)
def test_it_is_the_first_where_some_plans_are_slower_than_people_read(need_of, machine, name):
    """Some, most, all of them, and where the quick ones lose visibly."""
    model, need = need_of(name)
    setting = Setting(resolve_hardware(machine), model)
    first = ranked(feasible(need, setting), need)[0]
    best = best_plan(need, setting)
    assert best is not None
    assert (first.case.scheme.name, first.case.engine) == (best.case.scheme.name, best.case.engine)
