"""Set up and run the project with nothing but Python: `python3 run.py`, `python3 run.py test`.

python3 run.py                    set up, then recommend a scheme for this machine
python3 run.py recommend …        any advisor command, with its options
python3 run.py test [pytest …]    set up with the test tools, then run the tests
python3 run.py check              lint, format, the direction of the layers, dependencies, and the tests
python3 run.py env                set up only, and print the environment's Python
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = Path(os.environ.get("ADVISOR_VENV", HERE / ".venv"))
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LEAST = (3, 11)
CHECKS = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["lint-imports", "--no-cache"],
    ["mypy"],
    ["deptry", "."],
]


def main(argv: list[str]) -> int:
    """Run what *argv* asks for; the exit code is the command's own."""
    if sys.version_info < LEAST:
        print(
            f"Python {LEAST[0]}.{LEAST[1]} or newer is needed, this is {sys.version.split()[0]}",
            file=sys.stderr,
        )
        return 2
    command, rest = (argv[0], argv[1:]) if argv else ("recommend", [])
    if command in ("-h", "--help"):
        print(__doc__)
        return 0
    if command in ("test", "check"):
        set_up("dev")
        steps = [["pytest", *rest]]
        if command == "check":
            steps = [*CHECKS, *steps]
        return next((code for step in steps if (code := call(BIN / step[0], *step[1:], here=True))), 0)
    set_up("")
    if command == "env":
        print(PYTHON)
        return 0
    return call(BIN / "advisor", command, *rest)


def set_up(group: str) -> None:
    """Create the environment, or bring it up to date when pyproject.toml changed."""
    stamp = ENVIRONMENT / f".advisor-{group or 'run'}"
    wanted = hashlib.sha256((HERE / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("setting up … (once; a minute or two)", file=sys.stderr)
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # The pip that comes with Python 3.11 does not know dependency groups.
    subprocess.run([*pip, "--upgrade", "pip>=25.1"], check=True)
    subprocess.run([*pip, "--editable", str(HERE)], check=True)
    if group:
        subprocess.run([*pip, "--group", f"{HERE / 'pyproject.toml'}:{group}"], check=True)
    # pip does this for a wheel; without it every start compiles where PYTHONDONTWRITEBYTECODE is set.
    subprocess.run([str(PYTHON), "-m", "compileall", "-q", str(HERE / "advisor")], check=False)
    stamp.write_text(wanted)


def call(program: Path, *arguments: str, here: bool = False) -> int:
    """Run *program*: the project's own tools in its folder, the advisor where the user stands."""
    return subprocess.run([str(program), *arguments], cwd=HERE if here else None, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        print(f"set-up failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
