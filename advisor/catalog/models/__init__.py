"""Models by name: whatever people type -> the model meant, with its shapes."""

from advisor.catalog.models.find import find_model
from advisor.catalog.models.match import match_model
from advisor.catalog.models.table import all_models

__all__ = ["all_models", "find_model", "match_model"]
