"""How long a request is when nobody says."""

from typing import Any

import pytest

from advisor.catalog.tasks import all_tasks
from advisor.need.lengths import lengths


@pytest.mark.parametrize(
    ("tasks", "context", "most", "expected"),
    [
        (("chat",), None, 131072, (1024, 256)),
        (("chat",), 131072, 131072, (1024, 256)),
        (("rag",), None, 131072, (4096, 256)),
        (("rag",), 131072, 131072, (131072 - 256, 256)),
        (("summarisation",), 16384, 131072, (16384 - 256, 256)),
        (("rag",), 512, 131072, (384, 128)),
        (("chat", "rag"), None, None, (4096, 256)),
        (("agent",), None, 8192, (8066, 126)),
    ],
)
def test_lengths_follow_the_task_and_the_context(
    tasks: Any, context: int | None, most: int | None, expected: Any
) -> None:
    """A task that reads documents fills the context asked for; the others keep their own length;
    nothing is longer than the model reads.
    """
    assert expected == lengths(tasks, context, most)


def test_every_task_has_lengths_with_a_source() -> None:
    """Prompt and answer are above zero, and each has an address and a reason."""
    for task in all_tasks():
        assert task.prompt_tokens > 0 < task.output_tokens
        assert task.lengths_url.startswith("https://")
        assert task.lengths_why
