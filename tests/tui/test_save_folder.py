"""Where the user's files may be written."""

import pytest

from advisor.errors import UsageError
from advisor.tui.save_folder import ANYWHERE, Target


def test_anywhere(tmp_path, monkeypatch):
    """In a terminal any folder may be named, with ~ for the user's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path / "models" == ANYWHERE.checked("~/models")


def test_a_folder_named_at_start_is_the_only_one(tmp_path):
    """By whatever path it is written; any other is refused with its name."""
    target = Target(str(tmp_path), fixed=True)
    assert tmp_path / "x" / ".." == target.checked(f"{tmp_path}/x/..")
    with pytest.raises(UsageError, match="only, which was named at start"):
        target.checked("/etc")


def test_nothing_from_a_browser(tmp_path):
    """Without a folder named at start nothing is written."""
    with pytest.raises(UsageError, match="unless --folder names the place at start"):
        Target(allowed=False).checked(str(tmp_path))
