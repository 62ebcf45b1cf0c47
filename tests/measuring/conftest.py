"""Every test has a store of its own: what the developer measured must not change an answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.measuring.complete import Completer
from advisor.measuring.import_file import read_file
from advisor.measuring.rows import Row


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder and an empty cache."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "data"


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., list[Row]]:
    """The rows of a file of the fixtures' folder, completed with what is said of them."""
    fixtures = Path(__file__).parent / "fixtures"
    return lambda name, **said: read_file(fixtures / name, Completer(**said))[0]
