"""What the probe may touch of a machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from advisor.probe import system
from advisor.probe.system import Recorded, System, whole


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("17", 17),
        (" 17\n", 17),
        ("", None),
        (None, None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("9" * 20, int("9" * 20)),
        ("9" * 21, None),
    ],
)
def test_a_whole_number_and_nothing_else(text: str | None, number: int | None) -> None:
    """More digits than a size has are no size."""
    assert number == whole(text)


def test_the_live_machine_answers_without_raising(tmp_path: Path) -> None:
    """Files, folders, programs and packages that are there, and those that are not."""
    (tmp_path / "a").write_bytes(b" text\0\xff\n")
    live = System()
    assert ("text\ufffd", None) == (live.read(str(tmp_path / "a")), live.read(str(tmp_path / "b")))
    assert (("a",), ()) == (live.names(str(tmp_path)), live.names(str(tmp_path / "none")))
    assert (True, False) == (live.exists(str(tmp_path / "a")), live.exists(str(tmp_path / "b")))
    assert (None, "no-such-program is not installed") == live.run("no-such-program")
    assert (True, None) == (live.module_folder("pytest") is not None, live.module_folder("no_such_package"))
    assert (True, True) == ((live.usable_cpus() or 0) >= 1, (live.disk_free_bytes() or 0) > 0)


def test_a_program_s_output_is_read() -> None:
    """As text."""
    assert (os.linesep.join(["hello", ""]), "") == System().run(sys.executable, "-c", "print('hello')")


def test_a_file_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No kernel file is larger than what is read."""
    monkeypatch.setattr(system, "MOST_PRINTED_BYTES", 8)
    (tmp_path / "a").write_text("0123456789")
    assert "01234567" == System().read(str(tmp_path / "a"))


def test_a_recorded_machine_is_what_was_recorded() -> None:
    """Files make folders; a command of null hung, one with an error failed."""
    facts = {
        "files": {"/a/b": " x ", "/a/c/d": ""},
        "commands": {"one": "1", "two": None, "three": {"error": "denied"}},
    }
    found = Recorded(facts)
    assert ("x", ("b", "c"), True, False) == (
        found.read("/a/b"),
        found.names("/a/"),
        found.exists("/a/c"),
        found.exists("/b"),
    )
    assert [
        ("1", ""),
        (None, "two did not answer within 3 s"),
        (None, "three failed: denied"),
        (None, "four is not installed"),
    ] == [found.run(name) for name in ("one", "two", "three", "four")]
