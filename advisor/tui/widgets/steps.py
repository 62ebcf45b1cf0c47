"""The head line of a step."""

from __future__ import annotations

from textual.widgets import Static

STEPS = ("Machine", "Questions", "Answer", "Tradeoffs")


class Steps(Static):
    """1 Machine › [2 Questions] › 3 Answer › 4 Tradeoffs"""

    def __init__(self, current: str) -> None:
        super().__init__(f"advisor {steps(current)}", markup=False, classes="steps")


def steps(current: str) -> str:
    """The head line: where the conversation is."""
    parts = [
        f"[{index} {name}]" if name == current else f" {index} {name} " for index, name in enumerate(STEPS, 1)
    ]
    return "›".join(parts)
