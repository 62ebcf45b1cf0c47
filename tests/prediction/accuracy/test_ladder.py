"""The ladder never turns: with more bits of one method, loss, perplexity and divergence never rise."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import pairwise

import pytest
from sklearn.isotonic import IsotonicRegression

from advisor.catalog.models import all_models
from advisor.catalog.schemes import all_schemes
from advisor.prediction.accuracy.facts import LADDERS
from advisor.prediction.accuracy.ladder import Cell, Ladder, cells_of, interpolate, isotonic, ladder
from advisor.prediction.accuracy.predict import Accuracy

from .conftest import Asked

TASKS = ("knowledge", "math", "code")
"""Three categories: prices of all others are as monotone in the same damage."""


def _bits_ladders() -> list[tuple[str, ...]]:
    """Schemes outside GGUF that differ in bits alone, from few bits to many."""
    found: dict[tuple[object, ...], list[tuple[float, str]]] = defaultdict(list)
    for scheme in all_schemes():
        if (
            not scheme.is_gguf
            and not scheme.reference
            and "mixed" not in scheme.name
            and "FP" not in scheme.name
        ):
            key = (scheme.family, scheme.group_size, scheme.act_bits, scheme.act_dtype)
            found[key].append((scheme.bpw or scheme.weight_bits, scheme.name))
    return [tuple(name for _, name in sorted(names)) for names in found.values() if len(names) > 1]


def turned(steps: list[tuple[str, Accuracy]]) -> list[tuple[str, str]]:
    """Neighbours of which the one with more bits loses more, on a task or in damage."""
    found = []
    for (coarse, worse), (fine, better) in pairwise(steps):
        losses = [
            better.retained_pct[c].value < worse.retained_pct[c].value - 1e-9
            for c in TASKS
            if better.retained_pct[c] and worse.retained_pct[c]
        ]
        pairs = [
            (worse.perplexity_ratio, better.perplexity_ratio),
            (worse.kl_divergence, better.kl_divergence),
        ]
        damage = [fine_.value > coarse_.value * (1 + 1e-9) for coarse_, fine_ in pairs if coarse_ and fine_]
        if any(losses) or any(damage):
            found.append((coarse, fine))
    return found


@pytest.mark.parametrize("imatrix", [True, False, None])
def test_llama_cpp_s_ladder_never_turns(asked: Asked, imatrix: bool | None) -> None:
    """From Q2_K to Q8_0, with, without and with an unknown importance matrix, on every model of the catalogue
    (every third where it is not the usual question), measured cells included.
    """
    models = all_models() if imatrix else all_models()[::3]
    assert [] == _turns(asked, [model.name for model in models], LADDERS[:1], imatrix)


def test_no_other_ladder_turns(asked: Asked) -> None:
    """I quants, unsloth's and ik_llama.cpp's mixes, old types; outside GGUF all that differ in bits alone."""
    names = [model.name for model in all_models()[::6]]
    assert [] == _turns(asked, names, (*LADDERS[1:], *_bits_ladders()), None)


def _turns(
    asked: Asked, models: list[str], ladders: tuple[tuple[str, ...], ...], imatrix: bool | None
) -> list[tuple[str, str, str]]:
    found = []
    for model in models:
        for names in ladders:
            answers = ((name, asked(model, name, imatrix, "f16", 0.9, TASKS)) for name in names)
            steps = [(name, one) for name, one in answers if one and one.perplexity_ratio]
            found += [(model, *pair) for pair in turned(steps)]
    return found


def test_a_measured_pair_that_contradicts_itself_is_brought_into_order(asked: Asked) -> None:
    """CodeLlama-7B was measured better at Q6_K than at Q8_0: the answer never says so."""
    assert [] == _turns(asked, ["CodeLlama-7B"], LADDERS, True)


@pytest.mark.parametrize("scheme", ["BF16", "Q4_K_M", "W4A16-INT-awq-g128"])
def test_a_smaller_cache_type_never_loses_less(asked: Asked, scheme: str) -> None:
    """f16, q8_0, q5_1, q5_0, q4_0: tasks and damage, with measured cells and without."""
    for model in ("Llama-3.1-8B", "Qwen2.5-7B", "OLMo-2-13B"):
        kinds = ("q4_0", "q5_0", "q5_1", "q8_0", "f16")
        answers = [(kv, asked(model, scheme, True, kv, 0.9, TASKS)) for kv in kinds]
        assert [] == turned([(kv, one) for kv, one in answers if one])


def _cell(z: float, dz: float = 0.0) -> Cell:
    return Cell(
        scheme=f"at {z}",
        imatrix=True,
        lift=0.0,
        z=z,
        dz=dz,
        damage_rows=1,
        damage_error=0.1,
        damage_sources=("s",),
        tasks={},
        common=(0.0, 1.0),
    )


def test_isotonic_is_scikit_learn_s() -> None:
    """On random sequences the few lines of the answer path give IsotonicRegression's values to 1e-9."""
    draw = random.Random(3)
    for _ in range(50):
        n = draw.randint(1, 12)
        values, weights = [draw.gauss(0, 1) for _ in range(n)], [draw.uniform(0.1, 9) for _ in range(n)]
        expected = IsotonicRegression().fit_transform(range(n), values, sample_weight=weights)
        assert list(expected) == pytest.approx(isotonic(values, weights), abs=1e-9)


def test_a_scheme_between_measured_neighbours_stays_between() -> None:
    """Clamped to the neighbour below or above, untouched where it is already between."""
    found = Ladder((), (1.0, 2.0, 3.0), (10.0, 20.0, 30.0))
    assert [10.0, 20.0, 15.0, 30.0] == [
        found.between(1.5, 4.0),
        found.between(1.5, 40.0),
        found.between(1.5, 15.0),
        found.between(9.0, 0.0),
    ]
    assert 5.0 == Ladder((), (), ()).between(1.0, 5.0)


def test_measured_cells_that_contradict_their_order_are_pooled() -> None:
    """Two cells whose measurements turn the ladder round get one value: their mean."""
    cells = (_cell(1.0, 1.0), _cell(1.5, 0.0))
    found = ladder(cells, lambda cell: (cell.z, cell.z + cell.dz, 0.1))
    assert [1.75, 1.75] == [found.of(cell) for cell in cells]


def test_cells_of_an_unmeasured_model_are_none() -> None:
    """A model nobody measured has no cells."""
    assert () == cells_of("No such model", "gguf")


def test_beyond_the_knots_it_is_flat() -> None:
    """Linear between, flat outside."""
    assert [1.0, 1.5, 2.0] == [interpolate(x, (0.0, 1.0), (1.0, 2.0)) for x in (-1.0, 0.5, 3.0)]
