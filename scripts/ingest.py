"""Rebuild profiles/*.csv and measurements/ from raw tables: `python scripts/ingest.py RAW_DIR [--check]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ingest_aliases import ingest_aliases
from ingest_common import Files
from ingest_measurements import ingest_measurements
from ingest_other import ingest_other
from ingest_profiles import ingest_profiles

ROOT = Path(__file__).resolve().parent.parent


def build(raw: Path) -> Files:
    """Every file the raw tables give."""
    files: Files = {}
    ingest_profiles(raw, files)
    ingest_measurements(raw, files)
    ingest_other(raw, files)
    ingest_aliases(raw, files)
    return files


def differences(files: Files) -> list[str]:
    """One line per file that is missing, other, or in measurements/ without a raw table behind it."""
    lines = []
    for path, data in sorted(files.items()):
        there = ROOT / path
        if not there.is_file():
            lines.append(f"missing: {path}")
        elif there.read_bytes() != data:
            lines.append(f"differs: {path}")
    for there in sorted((ROOT / "measurements").rglob("*")):
        if there.is_file() and there.relative_to(ROOT).as_posix() not in files:
            lines.append(f"not from the raw tables: {there.relative_to(ROOT).as_posix()}")
    return lines


def main() -> int:
    """Write the files, or with --check compare them with those in place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path, help="folder of the raw tables, with its sources/ subfolder")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when anything differs")
    arguments = parser.parse_args()
    files = build(arguments.raw)
    if arguments.check:
        lines = differences(files)
        print("\n".join(lines) or f"{len(files)} files agree")
        return 1 if lines else 0
    for path, data in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_bytes(data)
    print(f"{len(files)} files written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
