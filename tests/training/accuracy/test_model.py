"""The estimator: it finds a law again, keeps signs, and says what the answer path says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.base import clone

from advisor.prediction.accuracy.features import ModelFacts, SchemeFacts, sign
from advisor.prediction.accuracy.features import dot as plain_dot
from advisor.prediction.accuracy.question import latent
from advisor.prediction.artifacts import load as artifact
from advisor.training.accuracy.model import (
    UNREST,
    AccuracyModel,
    RowFeatures,
    features_of,
    mass_of,
    unrest_of,
)
from advisor.training.accuracy.rows import Row


def made(true: dict[float, float], model: ModelFacts, source: str) -> list[Row]:
    """Rows of a model whose log damage at *bits* is given, with the task loss a price of 1 gives."""
    found = []
    for bits, z in true.items():
        about = {"scheme": SchemeFacts("gguf-k", bits), "model": model, "source": source}
        found.append(Row(kind="ppl", y=z, sigma=0.02, dataset="WikiText-2", **about))
        loss = -100.0 * math.expm1(-math.exp(z))
        found.append(Row(kind="task", y=loss, sigma=0.3, category="math", dataset="GSM8K", **about))
    return found


def law() -> list[Row]:
    """Six models under one law: damage falls by a factor e per bit."""
    true = {bits: -1.0 - (bits - 2.6) for bits in (2.6, 3.4, 4.5, 5.5, 6.6, 8.5)}
    models = [ModelFacts(f"m{i}", f"f{i}", 8, 8, 2024, "instruct") for i in range(6)]
    return [row for i, model in enumerate(models) for row in made(true, model, f"s{i}")]


def test_the_fit_recovers_a_made_up_law() -> None:
    """Damage falling by a factor e per bit is found again, for damage and for loss."""
    data = law()
    for row, value in zip(data, AccuracyModel().fit(data).predict(data), strict=True):
        assert abs(row.y - value) < (0.25 if row.kind == "ppl" else max(0.5, 0.2 * row.y))


def test_the_order_of_rows_does_not_matter() -> None:
    """Rows back to front give the same coefficients, but for the last digits of sums."""
    data = law()
    one, other = AccuracyModel().fit(data).coef_, AccuracyModel().fit(data[::-1]).coef_
    assert one.keys() == other.keys()
    assert max(abs(one[name] - other[name]) for name in one) < 0.01


def test_it_is_an_estimator_that_can_be_cloned() -> None:
    """scikit-learn's clone gives an unfitted model with the same parameters."""
    model = AccuracyModel(rounds=2)
    assert model.get_params() == clone(model).get_params()


def test_signed_coefficients_keep_their_sign() -> None:
    """Bits, groups, cache and size have the sign that makes the prediction monotone, as shipped."""
    coefficients = artifact("accuracy")["coefficients"]
    assert [] == [name for name, value in coefficients.items() if sign(name) * value < 0]
    assert (1, 1, -1, 0) == (sign("seg:gguf-ud:3"), sign("group:low"), sign("size"), sign("kv:fam:llama-3"))


def test_numpy_and_the_standard_library_predict_the_same(measured: list[Row]) -> None:
    """The estimator and the answer path's own sums agree to 1e-9 on real rows."""
    data = measured[::20]
    model = AccuracyModel(rounds=1).fit(data)
    plain = []
    for row in data:
        task = row.kind == "task"
        z = latent(row.scheme, row.model, model.coef_, row.category if task else "").z
        power = model.coef_[f"p:{row.category if task else 'kld' if row.kind == 'kld' else 'ppl'}"]
        linear = plain_dot(model.coef_, features_of(row, training=False)[4]) + power * z
        linear = min(max(linear, -30.0), 6.0)
        if task:
            linear = -100.0 * row.ceiling * math.expm1(-math.exp(linear))
        elif row.kind == "nll":
            linear = math.exp(min(linear, 2.0))
        plain.append(linear)
    np.testing.assert_allclose(plain, model.predict(data), rtol=1e-9, atol=1e-9)


def test_names_never_seen_count_nothing(measured: list[Row]) -> None:
    """A transformer fitted on some rows reads others: their unknown names have no column."""
    features = RowFeatures().fit(measured[:50])
    assert len(features.transform(measured[-50:]).names) == len(features.transform(measured[:50]).names)


def test_many_rows_of_one_source_count_as_their_root() -> None:
    """Forty equal rows weigh twice as much as ten, nearly."""
    row = law()[0]
    assert mass_of([row] * 1000).sum() / mass_of([row] * 250).sum() == pytest.approx(2.0, rel=0.05)


def test_sources_whose_figures_scatter_count_less() -> None:
    """Residuals five times as large make an error larger, smaller ones less; a lone row hardly moves."""
    wild, calm, lone = (
        made({float(bits): 0.0 for bits in range(2, 2 + n)}, ModelFacts("m", "f", 8, 8, 2024, "base"), source)
        for source, n in (("wild", 200), ("calm", 200), ("lone", 1))
    )
    off = np.array([5.0] * len(wild) + [0.1] * len(calm) + [5.0] * len(lone))
    found = unrest_of([*wild, *calm, *lone], off)
    assert (found[0], found[len(wild)]) == (UNREST[1], UNREST[0])
    assert 1.0 < found[-1] < 3.0
