"""A batch of cases on a cluster: the lines `advisor predict --batch` writes, in the same order and the same
to the byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.cluster.connection import Cluster
from advisor.cluster.same import Asker, asker, become

CHUNK_LINES = 250
"""Cases of a task: a quarter to half a second of work, against a millisecond for handing it out."""
CHUNK_CHARACTERS = 2**20
"""Of a task's lines: cases that list every tensor are long, and what waits is in memory."""
Answered = tuple[str, frozenset[str]]
"""Answers, one a line; and the codes of the failures among them, '' for an answer."""


def answered(lines: Iterable[str], cluster: Cluster) -> Iterator[Answered]:
    """The answers to *lines*, a chunk at a time. Memory is bounded however many lines there are.

    Raises UsageError where a node has another version installed, StoreError, AdvisorError for a chunk that
    ends its worker each time.
    """
    yield from cluster.in_order(answer_chunk, chunks(lines), (asker(),))


def chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    """*lines* in lists of at most CHUNK_LINES, which end after CHUNK_CHARACTERS."""
    chunk: list[str] = []
    characters = 0
    for line in lines:
        chunk.append(line)
        characters += len(line)
        if len(chunk) >= CHUNK_LINES or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def answer_chunk(lines: list[str], asking: Asker) -> Answered:
    """What a worker does with a chunk."""
    become(asking)
    from advisor.api import answer_line
    from advisor.recommendation.batch import code_of, written

    answers = [answer_line(line) for line in lines]
    return "".join(written(answer) + "\n" for answer in answers), frozenset(map(code_of, answers))
