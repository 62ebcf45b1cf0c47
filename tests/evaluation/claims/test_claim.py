"""When a claim holds."""

from __future__ import annotations

import pytest

from advisor.evaluation.claims.claim import CONDITIONS, FAILS, HOLDS, LEAST, UNKNOWN, verdict


@pytest.mark.parametrize(
    ("n", "holds", "partly", "expected"),
    [
        (LEAST - 1, True, True, UNKNOWN),
        (LEAST, True, False, HOLDS),
        (LEAST, False, True, CONDITIONS),
        (LEAST, False, False, FAILS),
    ],
)
def test_few_rows_decide_nothing(n: int, holds: bool, partly: bool, expected: str) -> None:
    """From LEAST rows on a claim holds, holds with conditions or does not."""
    assert expected == verdict(n, holds, partly)
