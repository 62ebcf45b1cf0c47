"""The documents as files."""

from __future__ import annotations

from collections.abc import Callable

from advisor.engines.launch import safe_name
from advisor.errors import UsageError
from advisor.report.plot_svg import svg
from advisor.report.series import LOSS, SIZE, SPEED, series
from advisor.report.tradeoffs import csv_text, markdown
from advisor.tui.conversation import Reply
from advisor.tui.target import ANYWHERE, Target

KINDS = {
    "json": ("recommendation.json", "the recommendation, as `--json` prints it"),
    "csv": ("tradeoffs.csv", "the table, every figure with its interval"),
    "markdown": ("tradeoffs.md", "the table to paste into a page"),
    "svg": ("tradeoffs.svg", "size against loss, as a picture"),
    "speed": ("speed.svg", "speed against loss, as a picture"),
    "script": ("run.sh", "the commands that make and run it"),
}
"""Kind -> file name, what it is."""


def save(reply: Reply, folder: str, kinds: tuple[str, ...], where: Target = ANYWHERE) -> list[str]:
    """Write *kinds* into *folder*; their paths. UsageError when the folder cannot or may not be written."""
    target = where.checked(folder)
    written = []
    for kind in kinds:
        path = target / f"{_stem(reply)}{KINDS[kind][0]}"
        text = _WRITERS[kind](reply)
        try:
            target.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            if kind == "script":
                path.chmod(0o755)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}; choose another folder") from None
        written.append(str(path))
    return written


def possible(reply: Reply) -> tuple[str, ...]:
    """The kinds there is something to write of."""
    if reply.table is None:
        return ("json",)
    return tuple(kind for kind in KINDS if kind != "script" or reply.best)


def _stem(reply: Reply) -> str:
    return f"{safe_name(reply.model)}-" if reply.model else ""


def _json(reply: Reply) -> str:
    from advisor.documents.plain import dumps

    return dumps(reply.document) + "\n"


def _csv(reply: Reply) -> str:
    return csv_text(reply.table) if reply.table else ""


def _markdown(reply: Reply) -> str:
    return markdown(reply.table) + "\n" if reply.table else ""


def _svg(reply: Reply) -> str:
    title = f"{reply.model.name} on {reply.hardware.name}: size against loss"
    return svg(series(reply.table.rows, SIZE, LOSS, False), title, SIZE, LOSS, _chosen(reply))


def _speed(reply: Reply) -> str:
    title = f"{reply.model.name} on {reply.hardware.name}: speed against loss"
    return svg(series(reply.table.rows, SPEED, LOSS, False), title, SPEED, LOSS, _chosen(reply))


def _chosen(reply: Reply) -> str:
    return f"{reply.best.case.scheme.name} ({reply.best.case.engine})" if reply.best else ""


def _script(reply: Reply) -> str:
    from advisor.deploy.commands import script
    from advisor.recommendation.plans import deploy_plan

    return script(deploy_plan(reply.best))


_WRITERS: dict[str, Callable[[Reply], str]] = {
    "json": _json, "csv": _csv, "markdown": _markdown, "svg": _svg, "speed": _speed, "script": _script,
}  # fmt: skip
