"""The head line of a step."""

from advisor.tui.widgets.steps import STEPS, steps


def test_the_step_of_the_screen_is_bracketed():
    """One of them, or none on a screen that is no step; the line does not move."""
    lines = [steps(name) for name in (*STEPS, "")]
    assert "[2 Questions]" in lines[1]
    assert [1, 1, 1, 1, 0] == [line.count("[") for line in lines]
    assert len({len(line) for line in lines}) == 1
