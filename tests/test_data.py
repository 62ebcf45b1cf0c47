"""Where the data lie: the project's and the user's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from advisor.data import folder, home, store_file, user_folder

LINUX = pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="other systems have other customs")


def test_the_projects_data_are_found_by_name() -> None:
    """In a checkout and in a wheel alike; another name says that the installation is not whole."""
    assert (folder("profiles") / "gpus.csv").is_file()
    with pytest.raises(FileNotFoundError, match="'figures' is missing from this installation; reinstall"):
        folder("figures")


def test_a_stated_folder_goes_before_custom(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store lies in it."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", "/srv/advisor")
    assert store_file() == Path("/srv/advisor/measurements.sqlite3")


@LINUX
@pytest.mark.parametrize(
    ("xdg", "expected"),
    [("/data", "/data/quant-advisor"), ("", "/home/me/.local/share/quant-advisor"), ("  ", None)],
)
def test_the_users_data_lie_where_the_system_wants_them(
    monkeypatch: pytest.MonkeyPatch, xdg: str, expected: str | None
) -> None:
    """XDG's folder, else the one at home; blanks are none."""
    monkeypatch.delenv("ADVISOR_DATA_DIR")
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_DATA_HOME", xdg)
    assert user_folder() == Path(expected or "/home/me/.local/share/quant-advisor")


@LINUX
def test_a_user_without_a_home_has_a_folder_that_never_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user under a number that no file names: nothing is read there, and no command ends."""
    monkeypatch.delenv("ADVISOR_DATA_DIR")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert (home(), store_file().exists()) == (Path("/nonexistent"), False)
    assert user_folder() == Path("/nonexistent/.local/share/quant-advisor")
