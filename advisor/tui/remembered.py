"""The answers of last time, in the user's data folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from advisor.documents.written import replace_file
from advisor.tui.answers import Answers

FILE = "tui.json"


def data_folder() -> Path:
    """ADVISOR_DATA_DIR, or the platform's folder for a user's data."""
    stated = os.environ.get("ADVISOR_DATA_DIR")
    if stated:
        return Path(stated)
    from platformdirs import user_data_dir

    return Path(user_data_dir("quant-advisor", appauthor=False))


def recall(folder: Path) -> tuple[Answers, str | None]:
    """The answers and the theme of last time; the defaults when there are none that can be read."""
    try:
        kept: Any = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    kept = kept if isinstance(kept, dict) else {}
    theme = kept.get("theme")
    return Answers.of(kept.get("answers")), theme if isinstance(theme, str) else None


def remember(folder: Path, answers: Answers, theme: str) -> None:
    """Keep them; a folder that cannot be written only means that nothing is remembered."""
    text = json.dumps({"answers": answers.kept(), "theme": theme}, indent=2) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / FILE, text.encode())
    except OSError:
        return
