"""A batch on a cluster is the batch without one, to the byte."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from advisor.api import answer_line
from advisor.cluster import batch
from advisor.cluster.same import Asker, asker
from advisor.recommendation.batch import written
from benchmarks.cost import cases

LINES = [*(json.dumps(case) + "\n" for case in cases()[:600]), "no JSON\n", '{"model": "Nemo"}']
"""And two that cannot be answered."""


@cache
def here() -> str:
    """The answers of this process."""
    return "".join(written(answer_line(line)) + "\n" for line in LINES)


def killed_once(lines: list[str], asking: Asker, folder: str) -> batch.Answered:
    """A chunk whose worker is killed (SIGKILL) in the midst of it, the first time it is tried."""
    mark = Path(folder) / hashlib.sha256("".join(lines).encode()).hexdigest()
    if not mark.exists():
        mark.touch()
        batch.answer_chunk(lines[: len(lines) // 2], asking)
        os.kill(os.getpid(), signal.SIGKILL)
    return batch.answer_chunk(lines, asking)


def test_the_same_bytes_come_out(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """602 lines in chunks of 50 over two workers."""
    monkeypatch.setattr(batch, "CHUNK_LINES", 50)
    texts, codes = zip(*batch.answered(LINES, cluster), strict=True)
    assert (here(), {"", "bad_json", "unknown_name"}, 13) == (
        "".join(texts),
        set().union(*codes),
        len(texts),
    )


def test_killed_workers_lose_nothing(cluster: Any, tmp_path: Path) -> None:
    """The worker of each of three chunks is killed half-way: the same bytes come out."""
    chunks = [LINES[:200], LINES[200:400], LINES[400:]]
    found = list(cluster.in_order(killed_once, chunks, (asker(), str(tmp_path))))
    assert (here(), 3) == ("".join(text for text, _ in found), len(list(tmp_path.iterdir())))


def test_chunks_end_at_a_number_of_lines_or_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five short lines in twos; a long line ends its chunk."""
    monkeypatch.setattr(batch, "CHUNK_LINES", 2)
    monkeypatch.setattr(batch, "CHUNK_CHARACTERS", 10)
    assert [["a", "b"], ["c", "d"], ["e"]] == list(batch.chunks("abcde"))
    assert [["x" * 10], ["a", "y" * 9], ["b"]] == list(batch.chunks(["x" * 10, "a", "y" * 9, "b"]))
    assert [] == list(batch.chunks([]))
