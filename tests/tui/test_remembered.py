"""The answers of last time."""

import pytest

from advisor.tui.answers import Answers
from advisor.tui.remembered import recall, remember


@pytest.mark.parametrize(
    "kept", ["", "[]", "{", '{"answers": 3}', '{"answers": {"tasks": 7, "accuracy": "?"}}']
)
def test_a_damaged_memory_is_no_memory(tmp_path, kept):
    """An edited or truncated file of answers gives the defaults."""
    (tmp_path / "tui.json").write_text(kept)
    assert (Answers(), None) == recall(tmp_path)


def test_remembering(tmp_path):
    """What is kept is read again."""
    remember(tmp_path / "new", Answers(tasks="code", calibration=False), "textual-light")
    assert (Answers(tasks="code", calibration=False), "textual-light") == recall(tmp_path / "new")
