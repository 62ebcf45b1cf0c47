"""Write docs/schemas/: the JSON Schema of every document, from the classes that make it."""

from __future__ import annotations

import json
from pathlib import Path

from advisor.documents.schemas import document_kinds, schema

FOLDER = Path(__file__).parent.parent / "docs" / "schemas"

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, kind in document_kinds().items():
        text = json.dumps(schema(name, kind), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        (FOLDER / f"{name}.v1.json").write_text(text, encoding="utf-8")
