"""A program that hangs, prints without end or leaves children behind does not hold the probe."""

from __future__ import annotations

import sys

import pytest

from advisor.probe.program import run_briefly


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        ("print('x')", ("x\n", "")),
        ("import sys; sys.stderr.write('no driver\\nmore'); sys.exit(9)", (None, "python failed: no driver")),
        ("import sys; sys.exit(9)", (None, "python failed: exit code 9")),
        ("while True: print('x' * 4096)", (None, "python prints without end")),
        ("import sys\nwhile True: sys.stderr.write('x' * 4096)", (None, "python prints without end")),
        ("import time; time.sleep(600)", (None, "python did not answer within 2 s")),
        (
            "import subprocess, sys; print('x', flush=True);"
            "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
            ("x\n", ""),
        ),
    ],
)
def test_every_program_ends(program: str, answer: tuple[str | None, str]) -> None:
    """Its output, or the reason why there is none."""
    text, reason = run_briefly([sys.executable, "-c", program], 2.0, 100_000)
    assert answer == (text, reason.replace(sys.executable, "python"))


def test_no_such_program() -> None:
    """A program that cannot be started is a reason too."""
    assert (None, "/nowhere/x could not be run: No such file or directory") == run_briefly(
        ["/nowhere/x"], 1.0, 100
    )
