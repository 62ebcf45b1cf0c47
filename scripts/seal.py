"""Write a data file's SHA-256 (and row count) into its existing origin: `python scripts/seal.py FILE...`."""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from pathlib import Path


def seal(data: Path) -> bool:
    """Rewrite `sha256` and, for a CSV, `rows` in the sidecar; whether it changed."""
    sidecar = data.with_suffix(".origin.toml")
    before = sidecar.read_text(encoding="utf-8")
    after = _put(before, "sha256", f'"{hashlib.sha256(data.read_bytes()).hexdigest()}"')
    if data.suffix == ".csv":
        with data.open(newline="", encoding="utf-8") as file:
            after = _put(after, "rows", str(sum(1 for _ in csv.reader(file)) - 1))
    sidecar.write_text(after, encoding="utf-8", newline="\n")
    return after != before


def _put(text: str, key: str, value: str) -> str:
    line = f"{key} = {value}"
    changed, count = re.subn(rf"^{key} = .*$", line, text, flags=re.M)
    return changed if count else f"{text.rstrip()}\n{line}\n"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[1:]:
        print(f"{name}: {'sealed' if seal(Path(name)) else 'unchanged'}")
