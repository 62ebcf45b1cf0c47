"""Renew the transcripts in README.md: every block that begins with `$ ` lines is run again and its output
replaced.

    python scripts/readme.py [--check]

Only blocks whose fence says `console run` are touched. With --check nothing is written, and the exit code is
1 when the commands themselves no longer run (their output may differ from machine to machine).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"(```console run(?: head=(\d+))?\n)\$ ([^\n]+)\n(.*?)(```)", re.DOTALL)


def renewed(match: re.Match[str]) -> str:
    """One block with the command's present output; `head=N` keeps the first N lines."""
    head, count, command, _, tail = match.groups()
    done = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=README.parent, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"`{command}` failed ({done.returncode}): {done.stderr.strip()}")
    lines = done.stdout.rstrip().splitlines()
    if count and len(lines) > int(count):
        lines = [*lines[: int(count)], "…"]
    return f"{head}$ {command}\n" + "\n".join(lines) + f"\n{tail}"


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    new = BLOCK.sub(renewed, text)
    if "--check" not in sys.argv:
        README.write_text(new, encoding="utf-8")
