"""The estimator of local speed against the formula that answers."""

import numpy as np
import pytest
from sklearn.base import clone

from advisor.prediction.local_speed.terms import decode_terms, log_time, prefill_terms
from advisor.training.local_speed.fit import Problem
from advisor.training.local_speed.rows import load_rows


@pytest.mark.parametrize(("phase", "terms"), [("decode", decode_terms), ("prefill", prefill_terms)])
def test_prediction_and_training_are_one_formula(phase, terms):
    """Refitted on measured rows, the exported coefficients answer as the estimator does, to 1e-9."""
    rows = tuple([row for row in load_rows()[0] if row.phase == phase][::40])
    p = Problem(phase, rows, {})
    model = p.fitted()
    exported = dict(zip(model.names, model.coef_new_.tolist(), strict=True))
    by_formula = [log_time(terms(row.work), exported)[0] for row in rows]
    assert by_formula == pytest.approx(model.predict(p.X).tolist(), abs=1e-9)


def test_derivatives_are_the_formula_s():
    """The jacobian agrees with difference quotients."""
    rows = tuple([row for row in load_rows()[0] if row.phase == "decode"][::400])
    p = Problem("decode", rows, {})
    model = clone(p.estimator())
    theta = model.priors.arrays(model.names)[0] + 0.1
    expected = super(type(model), model).jacobian(p.X, theta)
    assert np.allclose(expected, model.jacobian(p.X, theta).toarray(), atol=1e-4)


def test_effects_of_sources_answer_nobody(row):
    """A source twice as slow explains its own rows; predictions are made without it."""
    models = [f"m{i}" for i in range(6)]
    rows = tuple(row(source=s, model=m) for s in ("a", "b") for m in models)
    model = Problem("decode", rows, {}).fitted()
    assert {0.0} == {v for n, v in zip(model.names, model.coef_new_, strict=True) if n.startswith("source")}
