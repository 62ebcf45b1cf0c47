"""The wheel on every Python of this machine that it is meant for: it installs, runs, and answers the same.

    python scripts/every_python.py WHEEL

Looks on the PATH and among pyenv's versions, and installs the wheel into an environment of its own for each.
Prints one line a version; the exit code is 1 when one fails or prints other bytes than the first.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

OLDEST = (3, 11)
"""`requires-python` of the project."""
COMMANDS = (
    ("recommend", "--json", "--model", "Llama-3.1-8B", "--hardware", "RTX 4090", "--task", "chat"),
    ("tradeoffs", "--model", "gpt-oss-120b", "--hardware", "M4 Max 128GB"),
    ("deploy", "--model", "Qwen3-8B", "--hardware", "H100", "--engine", "vllm", "--format", "kubernetes"),
    ("report", "--model", "Qwen3-8B", "--hardware", "RTX 4090", "--format", "markdown"),
)
"""Between them they import all but the TUI and the training."""


def candidates() -> list[Path]:
    """Files named as an interpreter, on the PATH, then pyenv's; shims of absent versions are among them."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders += sorted((root / "versions").glob("*/bin"))
    named = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    return [path for path in named if re.fullmatch(r"python3\.\d+", path.name)]


def working(found: Iterable[Path]) -> dict[tuple[int, int], Path]:
    """By version, oldest first: the first of *found* that runs, of those that the wheel is meant for."""
    pythons: dict[tuple[int, int], Path] = {}
    for path in found:
        try:
            done = subprocess.run(
                [path, "-c", "import sys, venv; print(*sys.version_info[:2])"],
                capture_output=True, text=True, check=True, timeout=60,
            )  # fmt: skip
            major, minor = (int(part) for part in done.stdout.split())
        except (OSError, ValueError, subprocess.SubprocessError):
            continue
        if (major, minor) >= OLDEST:
            pythons.setdefault((major, minor), path)
    return dict(sorted(pythons.items()))


def answers(python: Path, wheel: Path, folder: Path) -> bytes:
    """What the installed command prints. Raises CalledProcessError when it cannot be installed or fails."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")
    }
    environment |= {"ADVISOR_DATA_DIR": str(folder / "data"), "ADVISOR_CACHE_DIR": str(folder / "cache")}

    def run(*command: str | Path) -> bytes:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, check=True, timeout=1800
        ).stdout

    run(python, "-m", "venv", folder / "env")
    run(folder / "env/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel)
    return b"".join(run(folder / "env/bin/advisor", *command) for command in COMMANDS)


def main(wheel: Path, pythons: dict[tuple[int, int], Path]) -> int:
    """Try each of *pythons*; print what came of it."""
    first: bytes | None = None
    bad = 0
    for version, python in pythons.items():
        with tempfile.TemporaryDirectory(prefix="python-") as folder:
            try:
                said = answers(python, wheel, Path(folder))
                first = first or said
                came = "the same answers" if said == first else "OTHER ANSWERS"
            except subprocess.CalledProcessError as error:
                came = f"FAILED: {error.stderr.decode('utf-8', 'replace').strip()[-400:]}"
        bad += came != "the same answers"
        print(f"Python {version[0]}.{version[1]}: {came}", flush=True)
    return 1 if bad or not pythons else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve(), working(candidates())))
