"""`advisor probe`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.resolve import resolve_hardware
from advisor.cli.probe import profile_text
from advisor.documents.hardware import HardwareProfile
from advisor.documents.plain import parse

FILES = Path(__file__).parents[1] / "catalog" / "inventories" / "files"


def test_what_is_printed_is_a_machine_to_ask_about(advisor: Any, tmp_path: Path) -> None:
    """Saved and given back as --hardware it is the same machine."""
    found = advisor("probe", "--json")
    path = tmp_path / "probe.json"
    path.write_text(found.out)
    machine = parse(HardwareProfile, found.document, what="probe")
    assert (found.code, machine.source) == (0, "probe")
    assert resolve_hardware(str(path)).name == machine.name


def test_the_page_begins_with_the_machines_name(advisor: Any) -> None:
    """Then a row for each part, and where it was read."""
    lines = advisor("probe").lines
    assert lines[0] == advisor("probe", "--json").document["name"]
    assert lines[1] == ""


def test_a_name_steers_no_terminal() -> None:
    """A saved probe may come from anywhere."""
    machine = HardwareProfile(name="\x1b[2Jbox", source="user")
    assert profile_text(machine).splitlines()[0] == "\\x1b[2Jbox"


def test_another_tools_machine_is_shown_instead(advisor: Any) -> None:
    """Of one machine its page, under --json its document."""
    file = str(FILES / "system_profiler_m3max_64gb.json")
    machine = advisor("probe", "--from", file, "--json").document
    assert (machine["gpus"][0]["vendor"], advisor("probe", "--from", file).lines[0]) == (
        "Apple",
        machine["name"],
    )


def test_a_bandwidth_that_was_never_measured_cannot_be_forgotten(advisor: Any) -> None:
    """Which is said, on standard error."""
    found = advisor("probe", "--forget", "--json")
    assert (found.code, found.err) == (0, "measured memory bandwidth: none was measured since boot\n")


@pytest.mark.parametrize("content", ["", "{}", "hello"])
def test_what_describes_no_machine_is_one_line(advisor: Any, tmp_path: Path, content: str) -> None:
    """Exit code 6."""
    path = tmp_path / "x.txt"
    path.write_text(content)
    found = advisor("probe", "--from", str(path))
    assert (found.code, len(found.err.splitlines()), "no machine" in found.err) == (6, 1, True)
