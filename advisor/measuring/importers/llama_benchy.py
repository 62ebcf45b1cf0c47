"""llama-benchy's table: llama-bench's tests through an OpenAI-compatible server
(https://github.com/eugr/llama-benchy).

It times whatever server answers and never says which: the engine is to be named beside the file.
"""

from __future__ import annotations

import re

from advisor.measuring.importers._common import markdown_tables, number, whole
from advisor.measuring.rows import Row

TITLE = "llama-benchy"
_TEST = re.compile(r"(pp|tg)\s*(\d+)(?:\s*@\s*d\s*(\d+))?(?:\s*\(c(\d+)\))?")


def recognise(text: str) -> bool:
    """Whether a table has a test and a t/s column, and the time to the first response beside them."""
    return bool(re.search(r"^\s*\|\s*model\s*\|.*\btest\s*\|.*t/s.*\bttfr\b", text, re.MULTILINE))


def read(text: str) -> list[Row]:
    """Prefill and decode of one request. Lines of several requests at once are left out: their sums hold the
    waiting of one for another, which neither phase has."""
    return [
        row for table in markdown_tables(text) if "test" in table[0] for line in table if (row := _row(line))
    ]


def _row(line: dict[str, str]) -> Row | None:
    test = _TEST.fullmatch(line["test"])
    speed = re.match(r"([\d.]+)(?:\s*±\s*([\d.]+))?", line.get("t/s (req)") or line.get("t/s") or "")
    if not test or not speed or int(test[4] or 1) > 1:
        return None
    reads = test[1] == "pp"
    return Row(
        kind="speed",
        metric="tokens_per_s",
        value=float(speed[1]),
        sd=number(speed[2]),
        phase="prefill" if reads else "decode",
        model=line["model"],
        prompt_tokens=int(test[2]) if reads else None,
        output_tokens=None if reads else int(test[2]),
        depth=whole(test[3]) or 0,
        concurrency=1,
        tool="llama-benchy",
    )
