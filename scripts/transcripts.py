"""Renew the transcripts in README.md and docs/: every block whose fence says `console run` is run again and
its output replaced.

    python scripts/transcripts.py            write what the commands print now
    python scripts/transcripts.py --check    write nothing; exit code 1 when a page shows something else

`head=N` keeps the first N lines. A block marked `machine` depends on where it runs: --check only runs it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"(```console run(?P<words>[^\n]*)\n)\$ (?P<command>[^\n]+)\n(?P<shown>.*?)```", re.DOTALL)


def printed(command: str, words: str) -> str:
    """What *command* prints, cut as the block's *words* ask; SystemExit when it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PATH": path},
    )
    if done.returncode not in (0, 3):
        raise SystemExit(f"`{command}` failed ({done.returncode}): {done.stderr.strip()}")
    lines = done.stdout.rstrip().splitlines()
    head = re.search(r"head=(\d+)", words)
    if head and len(lines) > int(head[1]):
        lines = [*lines[: int(head[1])], "…"]
    return "\n".join(lines) + "\n"


def main(check: bool) -> int:
    """Renew every page, or say which blocks are stale."""
    stale = []
    for page in PAGES:

        def renewed(block: re.Match[str], page: Path = page) -> str:
            now = printed(block["command"], block["words"])
            if now != block["shown"] and "machine" not in block["words"].split():
                stale.append(f"{page.relative_to(ROOT)}: $ {block['command']}")
            return f"{block[1]}$ {block['command']}\n{now}```"

        text = page.read_text(encoding="utf-8")
        new = BLOCK.sub(renewed, text)
        if not check and new != text:
            page.write_text(new, encoding="utf-8")
    print("\n".join(stale) or "every transcript is what the command prints")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
