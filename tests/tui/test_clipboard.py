"""The desktop's clipboard."""

import sys

import pytest

from advisor.tui.clipboard import copy_locally


@pytest.fixture
def desktop(monkeypatch, tmp_path):
    """A display whose only tool is a script that keeps what it is given, or fails."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)

    def tool(name, body):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    return tool


def test_the_first_tool_that_works_takes_it(desktop, tmp_path):
    """One that fails is passed over; the tool that took the text is named."""
    desktop("xclip", "exit 1")
    desktop("xsel", f'read -r line; echo "$line" > {tmp_path}/kept')
    assert copy_locally("a command\n") == "xsel"
    assert (tmp_path / "kept").read_text() == "a command\n"


def test_over_ssh_the_far_machine_keeps_nothing(desktop, monkeypatch):
    """Its clipboard is not the user's."""
    desktop("xclip", "exit 0")
    assert copy_locally("x") == "xclip"
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    assert copy_locally("x") is None
