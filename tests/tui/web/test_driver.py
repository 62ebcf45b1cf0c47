"""The far end of the pipe that a browser's tab is driven by."""

import subprocess
import sys

import pytest

from advisor.errors import ExitCode

pytest.importorskip("textual_serve", reason="the web extra is not installed")


def test_it_ends_when_its_server_is_gone(tmp_path):
    """A pipe that closes ends the process with the code of an interruption: nothing is left running."""
    done = subprocess.run(
        [sys.executable, "-m", "advisor", "tui", "--hardware", "RTX 4090", "--model", "Llama-3.1-8B"],
        input=b"",
        capture_output=True,
        timeout=120,
        env={
            "PYTHONPATH": ":".join(sys.path),
            "ADVISOR_DATA_DIR": str(tmp_path),
            "TEXTUAL_DRIVER": "advisor.tui.web.driver:BoundDriver",
            "COLUMNS": "80",
            "ROWS": "24",
        },
    )
    assert done.returncode == ExitCode.INTERRUPTED
