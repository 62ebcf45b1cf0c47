"""The report as one HTML file: nothing is asked of any host, and no text in it can become markup.

Jinja2 escapes every value; a content security policy with the script's own hash refuses all other code.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from advisor.documents.outcome import Estimate
from advisor.prediction.artifacts import load
from advisor.report.comparison import comparison
from advisor.report.figures import number
from advisor.report.machine import machine_rows
from advisor.report.page.answer import STATUS_WORDS, Answer
from advisor.report.page.need import need_rows
from advisor.report.page.rows import FIGURES, table_lines
from advisor.report.page.sources import link, named_sources
from advisor.report.pictures import inline_svg, panels
from advisor.report.plan import RANKING, SUMMARY, figure_rows, headline, ranking_cells, summary_cells
from advisor.report.sentences import sentences
from advisor.report.terminal import cleaned
from advisor.report.terms import lines
from advisor.report.text import rejection_lines
from advisor.report.tradeoffs import HEADER

_HERE = Path(__file__).parent
_PARTS = ("decision", "accuracy", "local_speed", "serving_speed")
_NAMES_SHOWN = 12


def html(answers: Sequence[Answer], version: str) -> str:
    """The page, signed with the *version* of the program; with several answers, a comparison stands first."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    safe = [cleaned(answer) for answer in answers]
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(
        title=_title(safe),
        style=Markup((_HERE / "page.css").read_text(encoding="utf-8")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        version=version,
        fitted_on=[(part, load(part)["data_sha256"]) for part in _PARTS if "data_sha256" in load(part)],
        compared=comparison([answer.document.recommendation for answer in safe]) if len(safe) > 1 else [],
        answers=[_view(answer, index) for index, answer in enumerate(safe)],
        header=HEADER,
        figures=FIGURES,
    )


def _title(answers: Sequence[Answer]) -> str:
    """The models on the machines."""
    models = dict.fromkeys(answer.model for answer in answers)
    machines = dict.fromkeys(answer.document.hardware.name for answer in answers)
    return f"{', '.join(models)} on {', '.join(machines)}"


def _view(answer: Answer, index: int) -> dict[str, Any]:
    """Everything the template shows of one answer, in words."""
    document, plan = answer.document, answer.plan
    ranking = document.requirements.model is None
    cells = ranking_cells if ranking else summary_cells
    return {
        "key": f"a{index + 1}",
        "title": answer.title,
        "status": STATUS_WORDS[document.status],
        "document": document,
        "plan": plan,
        "headline": headline(plan) if plan else "",
        "tiles": _tiles(answer),
        "figures": [row[:3] for row in figure_rows(plan)] if plan else [],
        "scores": [(score, link(score.url)) for score in plan.expected_scores] if plan else [],
        "recovery": [(way, link(way.source_url)) for way in plan.recovery] if plan else [],
        "need": need_rows(document.requirements),
        "machine": machine_rows(document.hardware),
        "lines": table_lines(answer.table) if answer.table else [],
        "plots": _plots(answer, index),
        "others_header": RANKING if ranking else SUMMARY,
        "others": [cells(other) for other in document.alternatives],
        "better_header": RANKING,
        "better": [ranking_cells(other) for other in document.better_models],
        "rejected": rejection_lines(document.rejected, _NAMES_SHOWN),
        "terms": [
            (name, "\n".join(sentences(name, part)), "\n".join(lines(part, above=name)))
            for name, part in answer.sections.items()
            if part
        ],
        "sources": [
            (name, origin, link(origin.url)) for name, origin in named_sources(plan, answer.sections)
        ],
        "commands": answer.commands,
    }


def _tiles(answer: Answer) -> list[tuple[str, str, str]]:
    """Four large figures: name, figure, interval and basis."""
    plan = answer.plan
    if plan is None:
        return []
    out = plan.predicted
    return [
        _tile("File", out.file_size_bytes, 1e9, "GB"),
        _tile("Memory", out.memory_bytes, 2**30, "GiB"),
        _tile("Decode", out.decode_tokens_per_s, 1, "tokens/s"),
        _tile("Expected loss", plan.loss_pct, 1, "%"),
    ]


def _tile(name: str, figure: Estimate | None, unit: float, word: str) -> tuple[str, str, str]:
    if figure is None:
        return name, "not measured", ""
    value, low, high = (number(end / unit) for end in (figure.value, figure.low, figure.high))
    between = "exact" if figure.basis == "exact" else f"{low} to {high}, {figure.basis}"
    return name, f"{value} {word}", between


def _plots(answer: Answer, index: int) -> list[Markup]:
    if answer.table is None:
        return []
    # The picture is our own markup; every name in it was escaped by the XML writer.
    return [
        Markup(inline_svg(panel, f"a{index + 1}p{number}"))
        for number, panel in enumerate(panels(answer.table))
    ]
