"""The format a model was published in: running it costs nothing and loses nothing."""

from __future__ import annotations

from advisor.catalog.native import native_schemes
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile


def is_native(model: ModelProfile, scheme: SchemeProfile) -> bool:
    """Whether *scheme* is the format the model was published in (16-bit formats excepted:
    they are the reference).
    """
    return scheme.name in native_schemes(model)
