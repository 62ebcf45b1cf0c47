"""The need as a document."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.documents.plain import parse
from advisor.documents.requirements import DEFAULT_ROOM_TOKENS, Load, Requirements


def test_nothing_is_asked_for_by_default() -> None:
    """No limit of loss, speed or time, one chat at 90 % confidence."""
    need = parse(Requirements, {}, what="need")
    assert (need.max_loss_pct, need.min_decode_tokens_per_s, need.max_ttft_s, need.objective) == (
        *(None, None, None, None),
    )
    assert (need.confidence_pct, [task.task for task in need.tasks], need.kv_type) == (90.0, ["chat"], "auto")


@pytest.mark.parametrize(
    ("loads", "context", "room"),
    [
        ((Load(),), None, DEFAULT_ROOM_TOKENS),
        ((Load(prompt_tokens=9000, output_tokens=1000),), None, 10000),
        ((Load(concurrency=4),), None, 1280),
        ((Load(concurrency=4),), 4096, 4096),
        ((Load(),), "max", DEFAULT_ROOM_TOKENS),
    ],
)
def test_room_is_what_is_asked_for_or_what_a_request_takes(loads: Any, context: Any, room: Any) -> None:
    """A single conversation grows, so it gets eight turns."""
    assert Requirements(loads=loads, context_tokens=context).room_tokens == room


def test_a_mixed_load_needs_its_largest() -> None:
    """Memory must hold the most requests, and the longest of them."""
    need = Requirements(loads=(Load(prompt_tokens=100, concurrency=8), Load(prompt_tokens=5000)))
    assert (need.concurrency, need.request_tokens) == (8, 5256)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"max_loss_pct": -1}, "max_loss_pct is -1; it cannot be negative"),
        ({"max_loss_pct": "1%"}, "max_loss_pct is '1%'"),
        ({"context_tokens": "most"}, "context_tokens is 'most'"),
        ({"objective": "cheap"}, "objective is 'cheap'"),
        ({"kv_type": "int2"}, "kv_type is 'int2'"),
        ({"tasks": ["chat"]}, "tasks.0 is 'chat'"),
        ({"loads": [{"concurrency": 1.5}]}, "loads.0.concurrency is 1.5"),
        ({"max_loss": 1}, "has an unknown field 'max_loss'"),
    ],
)
def test_what_is_no_need_is_refused_by_name(refusal: Any, value: Any, words: str) -> None:
    """The command line reads '1%'; a document holds the number."""
    assert words in refusal(Requirements, value)
