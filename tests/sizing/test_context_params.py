"""What a context is created with."""

from __future__ import annotations

import pytest

from advisor.sizing.context_params import ContextParams


@pytest.mark.parametrize(
    ("settings", "streams", "output_rows"),
    [
        ({}, 1, 512),
        ({"n_seq": 4}, 4, 512),
        ({"n_seq": 4, "unified": True}, 1, 512),
        ({"n_seq": 4, "n_outputs": 4}, 4, 4),
        ({"ubatch_tokens": 64}, 1, 64),
    ],
)
def test_streams_and_rows_of_logits(settings: dict[str, int], streams: int, output_rows: int) -> None:
    """A unified cache is one stream; logits are kept for the whole micro batch unless fewer are said."""
    params = ContextParams(8192, **settings)
    assert (streams, output_rows) == (params.streams, params.output_rows)
