"""A file is written whole or not at all."""

import os
from pathlib import Path

import pytest

from advisor.documents.written import replace_file, write_whole
from advisor.errors import UsageError


def test_content_is_written(tmp_path: Path) -> None:
    """And replaces what stood there."""
    path = tmp_path / "page.html"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert (b"new", ["page.html"]) == (path.read_bytes(), os.listdir(tmp_path))


def test_missing_folder_is_one_line(tmp_path: Path) -> None:
    """Cause and mend, and nothing is left behind."""
    with pytest.raises(UsageError, match=r"cannot write .*: No such file or directory; choose another"):
        write_whole(tmp_path / "none" / "page.html", b"x")
    assert [] == os.listdir(tmp_path)


def test_folder_is_no_file(tmp_path: Path) -> None:
    """A folder of that name stays a folder."""
    with pytest.raises(UsageError, match="is no regular file"):
        write_whole(tmp_path, b"x")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_device_is_not_replaced() -> None:
    """A device is refused, not renamed away."""
    with pytest.raises(UsageError, match="is no regular file"):
        write_whole("/dev/full", b"x")


def test_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fills, what stood there is whole and no part is left."""
    path = tmp_path / "page.html"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write_whole(path, b"new")
    assert (b"old", ["page.html"]) == (path.read_bytes(), os.listdir(tmp_path))


def test_what_a_killed_program_left_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Process numbers repeat in containers: each part has a name of its own."""
    monkeypatch.setattr(os, "replace", lambda part, target: os.rename(part, f"{part}.left"))
    replace_file(tmp_path / "run.sh", b"1")
    monkeypatch.undo()
    for left in tmp_path.iterdir():
        left.rename(str(left).removesuffix(".left"))
    replace_file(tmp_path / "run.sh", b"22", executable=True)
    assert (b"22", 0o755) == (
        (tmp_path / "run.sh").read_bytes(),
        (tmp_path / "run.sh").stat().st_mode & 0o777,
    )
