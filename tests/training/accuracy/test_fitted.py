"""The accuracy fit: what it reads, that it agrees with the answer's code, that the artifact is its result."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from advisor.prediction.accuracy.features import ModelFacts, SchemeFacts, dot, segments, sign
from advisor.prediction.artifacts import load as artifact
from advisor.training.accuracy import intervals
from advisor.training.accuracy.benchmarks import benchmark, binomial_error
from advisor.training.accuracy.figures import errors, floors, offered
from advisor.training.accuracy.fit import design, expected, fit_coefficients, predict_rows
from advisor.training.accuracy.holdout import held, holdout, is_held
from advisor.training.accuracy.peers import PEERS
from advisor.training.accuracy.rows import Row, left_out_reason, rows
from advisor.training.accuracy.schemes import spans
from advisor.training.data.tables import load


@cache
def measured() -> list[Row]:
    """The real rows."""
    return rows(load("accuracy"))


def made(true: dict[float, float], model: ModelFacts, source: str) -> list[Row]:
    """Rows of a model whose log damage at *bits* is given, with the task loss a price of 1 gives."""
    found = []
    for bits, z in true.items():
        scheme = SchemeFacts("gguf-k", bits)
        found.append(Row("ppl", z, 0.02, scheme, model, source, dataset="WikiText-2"))
        loss = -100.0 * math.expm1(-math.exp(z))
        found.append(Row("task", loss, 0.3, scheme, model, source, category="math", dataset="GSM8K"))
    return found


def test_the_fit_recovers_a_made_up_law():
    """Damage falling by a factor e per bit is found again, for damage and for loss."""
    true = {bits: -1.0 - (bits - 2.6) for bits in (2.6, 3.4, 4.5, 5.5, 6.6, 8.5)}
    models = [ModelFacts(f"m{i}", f"f{i}", 8, 8, 2024, "instruct") for i in range(6)]
    data = [row for i, model in enumerate(models) for row in made(true, model, f"s{i}")]
    predicted, _ = predict_rows(data, fit_coefficients(data))
    for row, value in zip(data, predicted, strict=True):
        assert abs(row.y - value) < (0.25 if row.kind == "ppl" else max(0.5, 0.2 * row.y))


def test_signed_coefficients_keep_their_sign():
    """Bits, groups, cache and size have the sign that makes the prediction monotone, as shipped."""
    coefficients = artifact("accuracy")["coefficients"]
    assert [] == [name for name, value in coefficients.items() if sign(name) * value < 0]
    assert (1, 1, -1, 0) == (sign("seg:gguf-k:3"), sign("group:low"), sign("size"), sign("fam:llama-3"))


def test_segments_add_up_to_the_bits_lost():
    """The signed lengths of all segments sum to the way from 4 bits."""
    for bits in (1.5, 2.2, 3.9, 4.0, 4.9, 8.5):
        assert 4.0 - bits == pytest.approx(sum(length for _, length in segments(bits)))


def test_numpy_and_the_standard_library_predict_the_same():
    """The matrices of the fit and the features of the answer agree to 1e-9 on every real row."""
    data = measured()
    fitted = fit_coefficients(data[:600])
    d = design(data[:600])
    theta = np.array([fitted[name] for name in d.names])
    plain, _ = predict_rows(data[:600], fitted, training=True)
    np.testing.assert_allclose(plain, expected(d, theta)[0], rtol=1e-9, atol=1e-9)


def test_the_artifact_is_what_the_measurements_give():
    """A refit gives the shipped coefficients (to rounding: other machines add up in another order)."""
    fitted = fit_coefficients(measured())
    shipped = artifact("accuracy")["coefficients"]
    off = [abs(fitted[name] - value) for name, value in shipped.items()]
    assert max(off) < 0.02
    assert {name: list(ends) for name, ends in spans().items()} == artifact("accuracy")["spans"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        ({"scheme": "W4A16-EfficientQAT-g128"}, "trained again"),
        ({"scheme": "W1.1A16-BiLLM-g128"}, "no engine runs it"),
        ({"audit": "PPL > 100: destroyed model"}, "destroyed model: log damage would dominate the fit"),
        ({"kv_bits": 2.0}, "KV cache below 4 bits: no engine stores it"),
        ({"source_id": "edge_llm_bench"}, "20-100 questions"),
    ],
)
def test_rows_are_left_out_for_a_stated_reason(change, reason):
    """Every rule names why."""
    row = {
        "scheme": "Q4_K_M",
        "model": "Llama-3-8B",
        "audit": "",
        "notes": "",
        "source_id": "x",
        "metric": "accuracy_pct",
        "kv_bits": math.nan,
    } | change
    assert reason == left_out_reason(row)


def test_most_rows_are_used_and_none_is_infinite():
    """More than 7,000 of the figures are fitted on; all are finite, with an error of their own."""
    data = measured()
    assert len(data) > 7000
    assert all(math.isfinite(row.y) and row.sigma > 0 and 0 < row.ceiling <= 1 for row in data)


def test_a_benchmark_is_found_by_its_longest_name():
    """MMLU-Pro is not MMLU, and a 400-task HellaSwag is not the whole."""
    assert (12032, 0.10) == benchmark("MMLU-Pro(llama)")
    assert (14042, 0.25) == benchmark("MMLU")
    assert (400, 0.25) == benchmark("HellaSwag (400 tasks)")
    assert 1.3 < binomial_error(0.65, 1319) < 1.33


def test_price_and_loss_are_inverse():
    """Log price of a loss and back, at several ceilings."""
    loss, ceiling = np.array([0.1, 3.0, 30.0]), np.array([1.0, 0.6, 0.4])
    np.testing.assert_allclose(loss, intervals.loss_at(intervals.price(loss, ceiling), ceiling), rtol=1e-6)


def test_folds_keep_groups_whole():
    """No group lies in two folds."""
    names = [row.model.family for row in measured()]
    fold = intervals.folds_of(names)
    homes = set(zip(names, fold.tolist(), strict=True))
    assert len(set(names)) == len(homes)


def test_families_left_out_beat_no_loss_ever_and_every_peer():
    """On families the fit never saw the median error is below "no loss ever" and below each peer."""
    data = [row for row in measured() if row.kind != "task" or offered(row)]
    fold = intervals.folds_of([row.model.family for row in data], 3)
    held = [row for row, f in zip(data, fold, strict=True) if f == 1]
    used = [row for row, f in zip(data, fold, strict=True) if f != 1]
    predicted, _ = predict_rows(held, fit_coefficients(used))
    table = {row["group"]: row for row in errors(held, predicted)}
    assert table["4 bits and above"]["median"] < table["4 bits and above"]["no_loss_median"]
    assert table["below 3 bits"]["median"] < 0.5 * table["below 3 bits"]["no_loss_median"]
    for formula in PEERS.values():
        pairs = [
            (abs(row.y - said), abs(row.y - ours))
            for row, ours in zip(held, predicted, strict=True)
            if row.kind == "task" and (said := formula(row)) is not None
        ]
        theirs, ours = np.median(np.array(pairs), axis=0)
        assert ours < theirs


def test_the_floor_between_sources_is_measured():
    """Two sources of one configuration differ by more than half a point of loss."""
    task = next(row for row in floors(measured()) if row["figure"] == "task")
    assert task["pairs"] >= 50
    assert task["median_gap"] > 0.5


def test_dot_ignores_what_was_never_seen():
    """A feature without coefficient counts nothing."""
    assert 6.0 == dot({"a": 2.0}, {"a": 3.0, "b": 5.0})


def test_the_claims_document_is_the_generated_one():
    """docs/CLAIMS.md is what the measurements give."""
    from advisor.training.claims.card import markdown

    path = Path(__file__).parents[3] / "docs" / "CLAIMS.md"
    assert path.read_text(encoding="utf-8") == markdown()


def test_the_holdout_is_a_fifth_of_the_names_and_its_fit_never_saw_it():
    """A hash of the name keeps families and sources apart; no kept row is in what is fitted on."""
    data = measured()
    names = {row.model.family for row in data} | {row.source for row in data}
    assert 0.1 < sum(held(name) for name in names) / len(names) < 0.3
    used = [row for row in data if not is_held(row)]
    assert set() == {row.source for row in used} & {name for name in names if held(name)}
    assert set() == {row.model.family for row in used} & {name for name in names if held(name)}


def test_the_holdout_beats_no_loss_ever_at_low_bits():
    """On families and sources no setting was chosen on, 3 bits and fewer are nearer than "no loss"."""
    table = {(row["held"], row["group"]): row for row in holdout(measured())}
    for what in ("families", "sources"):
        assert table[what, "below 3 bits"]["mean"] < table[what, "below 3 bits"]["no_loss_mean"] / 2
        assert table[what, "4 bits and above"]["median"] < table[what, "4 bits and above"]["no_loss_median"]
