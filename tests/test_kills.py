"""What is killed at any moment is whole or absent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("kind", ["import", "measure", "mend", "migration", "save"])
def test_nothing_is_lost_or_doubled(kind: str) -> None:
    """Killed five times and done again, it is what an undisturbed run leaves; the benchmark does 200."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "kills.py"), "--kills", "5", "--kind", kind],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, [kind, "5", "0"]) == (
        done.returncode,
        [done.stdout.splitlines()[1].split()[index] for index in (0, 1, 4)],
    ), done.stdout + done.stderr
