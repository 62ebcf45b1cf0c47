"""The estimator: the same formula as the answers, derivatives, and what is left of devices."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import HardwareProfile
from advisor.documents.outcome import Placement
from advisor.documents.requirements import Load
from advisor.prediction.case import Case, Sized
from advisor.prediction.serving_speed import measured, predict
from advisor.sizing.weights import weigh
from advisor.training.serving_speed.cases import as_gpu
from advisor.training.serving_speed.estimator import pooled
from advisor.training.serving_speed.fitted import exported


def test_training_and_prediction_run_the_same_formula(small, fitted, monkeypatch):
    """What the estimator predicts of a row is what `predict` answers, to nine digits."""
    document = {**measured.artifact(), **exported(small, fitted)}
    exact = dict(zip(fitted.names, fitted.machine_.tolist(), strict=True))
    document["coefficients"] = {**document["coefficients"], **exact}
    monkeypatch.setattr(measured, "artifact", lambda: document)
    monkeypatch.setattr(predict, "artifact", lambda: document)
    predict._coefficients.cache_clear()
    at = next(
        i
        for i, c in enumerate(small.cases)
        if c.row.metric == "tpot" and c.kinds.engine == "vllm" and c.row.devices > 1 and c.row.batch < c.room
    )
    row = small.cases[at].row
    model, scheme = find_model(row.model), find_scheme(row.scheme)
    case = Case(
        hardware=HardwareProfile(name="x", source="catalogue", gpus=(as_gpu(row.hardware),) * row.devices),
        model=model,
        scheme=scheme,
        engine=row.engine,
        backend="cuda",
        kv_type=row.kv_type,
    )
    placement = Placement(kind="tensor-parallel", n_gpus=row.devices, tensor_parallel=row.devices)
    load = Load(prompt_tokens=int(row.prompt), output_tokens=int(row.output), concurrency=int(row.batch))
    found = predict.predict(case, load, Sized(weights=weigh(model, scheme), placement=placement))
    uncorrected = found.terms["tpot_ms"] / 1e3
    effects = [fitted.effects_[False, kind] for kind in ("device", "config")]
    fitted.effects_[False, "device"], fitted.effects_[False, "config"] = {}, {}
    expected = float(np.exp(fitted.predict(small.X[at : at + 1]))[0])
    fitted.effects_[False, "device"], fitted.effects_[False, "config"] = effects
    predict._coefficients.cache_clear()
    assert uncorrected == pytest.approx(expected, rel=1e-9)


def test_slopes_are_the_derivatives_of_the_predictions(small, fitted):
    """The chain rule through the coefficients agrees with moving one logarithm."""
    X = small.X[::20]
    slope = fitted.jacobian(X, fitted.coef_).toarray()
    for name in ("read:bf16", "layer", "math-arch:hopper", "by:accelmark"):
        index = fitted.names.index(name)
        ends = []
        for step in (1e-4, -1e-4):
            moved = fitted.coef_.copy()
            moved[index] += step
            ends.append(fitted.forward(X, moved))
        assert slope[:, index] == pytest.approx((ends[0] - ends[1]) / 2e-4, abs=2e-4)


def test_a_publisher_s_own_part_is_no_machine_s(small, fitted):
    """What is shipped holds none of the offsets of publishers and benchmarks."""
    own = [v for n, v in zip(fitted.names, fitted.machine_, strict=True) if n.startswith(("by:", "math-by:"))]
    assert set(own) == {0.0}


def test_corrections_are_pooled_over_publishers():
    """One publisher's median keeps half of itself, two keep two thirds of their mean."""
    keys, who = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 0, 0, 1])
    found = pooled(keys, who, np.array([0.1, 0.2, 0.9, 0.3, 0.6]))
    assert found == {0: pytest.approx(0.1), 1: pytest.approx(0.3)}


def test_without_corrections_the_physics_is_left(small, fitted):
    """The coefficients are the same; devices and configurations move nothing."""
    bare = clone(fitted).set_params(corrected=False).fit(small.X, small.y, small.weight)
    assert bare.coef_.tolist() == fitted.coef_.tolist()
    assert set(bare.effects_.values()) == set()
    assert np.abs(bare.predict(small.X) - fitted.predict(small.X)).max() > 0.01


def test_it_is_an_estimator(fitted):
    """A clone keeps every parameter and nothing that was fitted."""
    copy = clone(fitted)
    assert (copy.names, copy.corrected, hasattr(copy, "coef_")) == (fitted.names, True, False)


def test_a_fit_starts_cold_and_repeats_itself(small, fitted):
    """Two fits of the same rows are equal to the last digit."""
    assert clone(fitted).fit(small.X, small.y, small.weight).coef_.tolist() == fitted.coef_.tolist()
