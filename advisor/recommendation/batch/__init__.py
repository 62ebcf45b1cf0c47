"""Cases as plain JSON objects: one in, one answer out, errors as answers."""

from advisor.recommendation.batch.answer import (
    UNEXPECTED,
    answer_case,
    answer_line,
    code_of,
    figure,
    mixed,
    written,
)
from advisor.recommendation.batch.read import read_case

__all__ = ["UNEXPECTED", "answer_case", "answer_line", "code_of", "figure", "mixed", "read_case", "written"]
