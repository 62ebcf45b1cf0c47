"""The store as a whole: where its rows come from, and `check`, which takes out what spoils answers."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from advisor.errors import ExitCode

if TYPE_CHECKING:
    from advisor.measuring.check import Checked


def run_check(args: argparse.Namespace) -> int:
    """Print what is wrong; the exit code is 0 when nothing is, or all of it was mended, else that of a bad
    file."""
    from advisor.data import store_file
    from advisor.documents.plain import dumps
    from advisor.measuring.check import Checked, check, mend
    from advisor.measuring.store import Store

    found, moved = Checked(rows=0, faulty=(), damage=""), None
    if store_file().exists():  # nothing is made to look at nothing
        with Store() as store:
            found = check(store)
            if args.mend and found.faulty:
                moved = str(mend(store, found.faulty))
    if args.json:
        said = {"rows": found.rows, "faulty": found.faulty, "damage": found.damage, "moved_to": moved}
        print(dumps({"schema_version": "1.0", **said}))
    else:
        print("\n".join(_words(found, moved)))
    return ExitCode.OK if not found.damage and (moved or not found.faulty) else ExitCode.BAD_FILE


def _words(found: Checked, moved: str | None) -> list[str]:
    from advisor.report.terminal import clean

    lines = [f"row {row.id}: {clean(row.fault)}" for row in found.faulty]
    if found.damage:
        lines.append(f"the file is damaged: {clean(found.damage)}; export what is left and import it anew")
    if moved:
        lines.append(f"{len(found.faulty)} of {found.rows} rows taken out; they are in {moved}")
    elif found.faulty:
        lines.append(f"{len(found.faulty)} of {found.rows} rows are set aside; --mend takes them out")
    else:
        lines.append(f"{found.rows} rows, nothing wrong")
    return lines


def run_sources(args: argparse.Namespace) -> int:
    """Print every source with its number of rows."""
    from advisor.documents.plain import dumps
    from advisor.measuring.store import Store

    with Store() as store:
        found = store.sources()
    if args.json:
        print(dumps({"schema_version": "1.0", "sources": found}))
        return ExitCode.OK
    if not found:
        print("no measurements")
        return ExitCode.OK
    from advisor.report.figures import table

    rows = [
        (
            str(s["id"]),
            s["file_name"] or "measured here",
            s["format"],
            f"{s['tool']} {s['tool_version']}".strip(),
            str(s["rows"]),
            s["hardware"] or "-",
            s["imported_at"],
        )
        for s in found
    ]
    print("\n".join(table(rows, ("id", "file", "format", "tool", "rows", "machine", "imported"))))
    return ExitCode.OK
