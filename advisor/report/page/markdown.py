"""The report as GitHub-flavoured Markdown: the same rows as the page, for a wiki or a ticket."""

from __future__ import annotations

import re
from collections.abc import Sequence

from advisor.report.comparison import comparison
from advisor.report.machine import machine_rows
from advisor.report.page.answer import STATUS_WORDS, Answer
from advisor.report.page.need import need_rows
from advisor.report.page.sources import link, named_sources
from advisor.report.plan import figure_rows, headline
from advisor.report.terminal import cleaned, escaped
from advisor.report.text import rejection_lines
from advisor.report.tradeoffs import markdown as tradeoffs_markdown

_NAMES_SHOWN = 12


def markdown(answers: Sequence[Answer]) -> str:
    """The text, ending in a line end."""
    safe = [cleaned(answer) for answer in answers]
    lines: list[str] = []
    if len(safe) > 1:
        heads = ("", *(answer.title for answer in safe))
        rows = [
            (line.name, *line.texts)
            for line in comparison([answer.document.recommendation for answer in safe])
        ]
        lines += ["# Side by side", "", *_table(heads, rows), ""]
    for answer in safe:
        lines += _answer(answer)
    return "\n".join(lines).rstrip() + "\n"


def _answer(answer: Answer) -> list[str]:
    document, plan = answer.document, answer.plan
    verdict = STATUS_WORDS[document.status]
    lines = [
        f"# {escaped(answer.title)}",
        "",
        f"**{verdict}**" + (f": {escaped(headline(plan))}" if plan else ""),
    ]
    if document.nearest_miss:
        lines += ["", *_bullets((*document.nearest_miss.misses, document.nearest_miss.change))]
    if plan:
        lines += _part("Figures", _table(("figure", "value", "note"), [row[:3] for row in figure_rows(plan)]))
        lines += _part("Why", _bullets(plan.why))
    lines += _part("To mind", _bullets(document.warnings))
    lines += _part("What would change this", _bullets(document.what_would_change))
    lines += _part("The need", _table(("", ""), need_rows(document.requirements)))
    lines += _part("The machine", _table(("", "", "known from"), machine_rows(document.hardware)))
    if answer.table:
        legend = (
            "`>` recommended, `*` on the Pareto front, `x` does not meet the need; intervals in brackets."
        )
        lines += _part("Tradeoffs", [legend, "", tradeoffs_markdown(answer.table)])
    lines += _part(
        f"Rejected ({len(document.rejected)})", _bullets(rejection_lines(document.rejected, _NAMES_SHOWN))
    )
    if plan:
        lines += _part("Make it", _fenced(plan.make_command))
        lines += _part("Run it", _fenced(plan.run_command))
    lines += _part("Evidence", _sources(answer))
    return [*lines, *_part("To see the same again", _fenced("\n".join(answer.commands))), ""]


def _part(title: str, body: list[str]) -> list[str]:
    return ["", f"## {title}", "", *body] if body else []


def _bullets(texts: Sequence[str]) -> list[str]:
    return [f"- {escaped(text)}" for text in texts if text]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    head, *body = ["| " + " | ".join(map(escaped, row)) + " |" for row in (heads, *rows)]
    return [head, "|" + "---|" * len(heads), *body]


def _fenced(text: str) -> list[str]:
    if not text:
        return []
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + "sh", text, fence]


def _sources(answer: Answer) -> list[str]:
    found = []
    for name, origin in named_sources(answer.plan, answer.sections):
        title, url = escaped(origin.title), link(origin.url)
        # An address in angle brackets may hold brackets of its own, but no angle.
        shown = f"[{title}](<{url}>)" if url and not set(url) & set("<> \n") else title
        found.append(f"- `{name}`: {shown}, {escaped(origin.producer)}; {escaped(origin.licence)}")
    return found
