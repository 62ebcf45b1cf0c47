"""The documents that the golden pictures of the TUI show: tests/tui/golden/*.json.

Run `python scripts/golden_documents.py`. They are answers of the real program, kept, so that a picture
changes when a screen does and not with every fit. Renew them when a document's form changes, and the
pictures after them: `pytest tests/tui/test_pictures.py --snapshot-update`.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.documents.plain import dumps
from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation, evidence

FOLDER = Path(__file__).parents[1] / "tests" / "tui" / "golden"
MACHINE = "RTX 4090"
NAMED = Answers(model="Llama-3.1-8B", engines="llama.cpp")
ROWS = 40
"""Of the table: more than the tallest picture shows."""


def main() -> None:
    """Ask, and write what is answered."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    machine = resolve_hardware(MACHINE, Overrides())
    talk = Conversation(Answers(), lambda: machine, machine)
    suggested, named = talk.ask(Answers()), talk.ask(NAMED)
    plan = named.document.recommendation
    assert plan is not None
    assert named.table is not None
    documents = {
        "models": replace(suggested.document, rejected=suggested.document.rejected[:ROWS]),
        "schemes": named.document,
        "table": replace(named.table, rows=named.table.rows[:ROWS]),
        "evidence": evidence(named, plan),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        (FOLDER / f"{name}.json").write_text(dumps(document) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
