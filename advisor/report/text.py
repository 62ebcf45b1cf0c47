"""Documents as plain text for people."""

from __future__ import annotations

import textwrap

from advisor.documents.recommendation import ExpectedScore, NearestMiss, Plan, Recommendation, Rejection
from advisor.documents.requirements import Requirements
from advisor.report.figures import placement_words, table
from advisor.report.plan import RANKING, SUMMARY, figure_rows, ranking_cells, summary_cells
from advisor.report.terminal import cleaned

_WIDTH = 78


def recommendation_text(document: Recommendation) -> str:
    """The answer as a page of text."""
    document = cleaned(document)
    lines = [f"Machine: {document.hardware.name}"]
    if document.recommendation is None:
        lines += ["", _nothing(document)]
        if document.nearest_miss:
            lines += ["", *_miss(document.nearest_miss)]
    else:
        lines += ["", *plan_text(document.recommendation, document.requirements)]
    if document.requirements.model is None:
        first = (document.recommendation,) if document.recommendation else ()
        lines += _ranking("Models that fit, the best of each family first:", (*first, *document.alternatives))
    else:
        lines += _runners_up(document.alternatives)
        lines += _ranking("Models with better scores that fit here:", document.better_models)
    if document.what_would_change:
        lines += ["", "What would change this:", *_bullets(document.what_would_change)]
    lines += _rejected(document.rejected)
    if document.warnings:
        lines += ["", "Warnings:", *_bullets(document.warnings)]
    return "\n".join(lines)


def plan_text(plan: Plan, requirements: Requirements) -> list[str]:
    """One plan: figures with intervals, then the commands."""
    out = plan.predicted
    imatrix = " with imatrix" if plan.imatrix else ""
    lines = [
        f"Recommended: {plan.scheme}{imatrix} of {plan.model}",
        f"  on {plan.engine} ({plan.backend}), {placement_words(out.placement)}, {plan.kv_type} KV cache",
        f"  room for {plan.context_tokens} tokens x {plan.concurrency} "
        f"request{'s' if plan.concurrency != 1 else ''}; "
        f"speeds are for {load_words(requirements)}",
        "",
    ]
    rows = figure_rows(plan)
    lines += [f"  {name:<20} {figure}{'  ' + note if note else ''}" for name, figure, note, _ in rows]
    if plan.file.fits_disk is False and plan.file.disk_free_bytes is not None:
        lines.append(f"  {'Disk':<20} {plan.file.disk_free_bytes / 1e9:.1f} GB free: not enough")
    for score in plan.expected_scores:
        lines += _score(score)
    if plan.score_note:
        lines.append(f"  {'Scores':<20} {plan.score_note}")
    lines += ["", "Why:", *_bullets(plan.why), "", "Run:", *_indent(plan.run_command)]
    if plan.make_command:
        lines += ["", f"Make ({plan.make_cost}):" if plan.make_cost else "Make:", *_indent(plan.make_command)]
    if plan.recovery:
        lines += ["", "To win accuracy back:"]
        lines += _bullets(
            tuple(f"{r.name}: {r.gain} (cost: {r.cost}; {r.source_url})" for r in plan.recovery)
        )
    return lines


def load_words(requirements: Requirements) -> str:
    """The load behind the speeds."""
    loads = requirements.loads
    words = f"a prompt of {loads[0].prompt_tokens} and an answer of {loads[0].output_tokens} tokens"
    if len(loads) == 1:
        return words
    total = sum(load.weight for load in loads)
    return (
        words
        + ", "
        + ", ".join(f"{100 * load.weight / total:.0f} % among {load.concurrency}" for load in loads)
    )


def _score(score: ExpectedScore) -> list[str]:
    text = (
        f"{score.expected.value:.1f} expected ({score.published:g} published unquantized, "
        f"{score.reported_by}, {score.setting})"
    )
    return textwrap.wrap(text, _WIDTH, initial_indent=f"  {score.benchmark:<20} ", subsequent_indent=" " * 23)


def _nothing(document: Recommendation) -> str:
    if document.status == "not_measured":
        return "There are not enough measurements to answer this need."
    return "Nothing fits this need on this machine."


def _miss(miss: NearestMiss) -> list[str]:
    plan = miss.plan
    lines = [f"Nearest miss: {plan.scheme} of {plan.model} on {plan.engine}", *_bullets(miss.misses)]
    return [*lines, f"  It would do with: {miss.change}"] if miss.change else lines


def _runners_up(plans: tuple[Plan, ...]) -> list[str]:
    if not plans:
        return []
    return [
        "",
        "Runners-up:",
        *table([summary_cells(plan) for plan in plans], SUMMARY),
    ]


def _ranking(title: str, plans: tuple[Plan, ...]) -> list[str]:
    return ["", title, *table([ranking_cells(plan) for plan in plans], RANKING)] if plans else []


def rejection_lines(rejections: tuple[Rejection, ...], shown: int) -> tuple[str, ...]:
    """One line for each kind of reason: at most *shown* names, and the first one's reason."""
    kinds: dict[str, list[Rejection]] = {}
    for rejection in rejections:
        kinds.setdefault(rejection.kind, []).append(rejection)
    lines = []
    for kind, group in kinds.items():
        # A fleet rejects models, one model's answer rejects schemes.
        names = list(dict.fromkeys(r.model if r.scheme == "any" else r.scheme for r in group))
        more = f" and {len(names) - shown} more" if len(names) > shown else ""
        lines.append(f"{kind}: {', '.join(names[:shown])}{more}; e.g. {group[0].reason}")
    return tuple(lines)


def _rejected(rejections: tuple[Rejection, ...]) -> list[str]:
    if not rejections:
        return []
    return [
        "",
        f"Rejected ({len(rejections)}):",
        *_bullets(rejection_lines(rejections, 6)),
        "  (--json lists every one; `advisor tradeoffs` shows them side by side)",
    ]


def _bullets(texts: tuple[str, ...]) -> list[str]:
    return [
        line
        for text in texts
        for line in textwrap.wrap(text, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
    ]


def _indent(text: str) -> list[str]:
    return ["  " + line for line in text.splitlines()]
