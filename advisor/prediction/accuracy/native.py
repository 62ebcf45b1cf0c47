"""The format a model was published in: running it costs nothing and loses nothing."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.native import native_schemes
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.scheme import SchemeProfile

_EXACT = Estimate(value=100.0, low=100.0, high=100.0, basis="exact", evidence=("the weights as published",))


def is_native(model: ModelProfile, scheme: SchemeProfile) -> bool:
    """Whether *scheme* is the format the model was published in (16-bit formats excepted:
    they are the reference).
    """
    return scheme.name in native_schemes(model)


def exact_accuracy(accuracy, categories: tuple[str, ...]):
    """*accuracy* for weights as published: nothing is lost, and the KV cache apart nothing can be."""
    return replace(
        accuracy,
        retained_pct={category: _EXACT for category in categories},
        loss_upper_pct={category: 0.0 for category in categories},
        perplexity_ratio=Estimate.exact(1.0, "the weights as published"),
        kl_divergence=Estimate.exact(0.0, "the weights as published"),
    )
