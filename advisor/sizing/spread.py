"""Sizes of models whose tensors cannot be derived: parameter count x bits, with the spread known models show."""

from __future__ import annotations

from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.errors import UnsupportedError


def by_parameter_count(model: ModelProfile, scheme: SchemeProfile):
    """Placeholder until the fitted spread is written."""
    raise UnsupportedError(f"{model.name}: neither shapes nor a parameter count; give --params ({scheme.name})")
