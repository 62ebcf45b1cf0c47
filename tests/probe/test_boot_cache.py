"""Facts kept until the next boot."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.probe import boot_cache


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own."""
    monkeypatch.setenv("ADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_fact_is_made_once() -> None:
    """The second question is answered from the file."""
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return 40

    assert [40, 40] == [boot_cache.cached("cores", make) for _ in range(2)]
    assert [1] == made


def test_nothing_is_not_kept(folder: Path) -> None:
    """What could not be read is asked for again."""
    assert boot_cache.cached("cores", lambda: None) is None
    assert not folder.exists()


def test_a_fact_of_another_boot_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a reboot nothing is known."""
    boot_cache.write("cores", 40)
    monkeypatch.setattr(boot_cache, "_boot", lambda: "another")
    assert {} == boot_cache.read()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"boot": 7}'])
def test_a_damaged_file_is_nothing(folder: Path, content: bytes) -> None:
    """And the next fact is kept again."""
    folder.mkdir()
    (folder / "boot.json").write_bytes(content)
    assert {} == boot_cache.read()
    boot_cache.write("a", 1)
    assert {"a": 1} == boot_cache.read()


def test_forgetting_leaves_the_others() -> None:
    """One fact goes, and is returned."""
    boot_cache.write("a", 1)
    boot_cache.write("b", 2)
    assert (1, None, {"b": 2}) == (boot_cache.forget("a"), boot_cache.forget("a"), boot_cache.read())
