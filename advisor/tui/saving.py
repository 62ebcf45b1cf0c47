"""The documents as files."""

from __future__ import annotations

from collections.abc import Callable

from advisor.documents.written import replace_file
from advisor.engines.launch import safe_name
from advisor.errors import UsageError
from advisor.report.tradeoffs import csv_text, markdown
from advisor.tui.conversation import Reply
from advisor.tui.save_folder import ANYWHERE, Target

KINDS = {
    "json": ("recommendation.json", "the whole answer"),
    "csv": ("tradeoffs.csv", "every figure with its interval"),
    "markdown": ("tradeoffs.md", "the table to paste into a page"),
    "svg": ("tradeoffs.svg", "size against loss, a picture"),
    "speed": ("speed.svg", "speed against loss, a picture"),
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
            replace_file(path, text.encode(), executable=kind == "script")
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}; choose another folder") from None
        written.append(str(path))
    return written


def possible(reply: Reply) -> tuple[str, ...]:
    """The kinds there is something to write of."""
    if reply.model is None:
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
    return _picture(reply, 0)


def _speed(reply: Reply) -> str:
    return _picture(reply, 1)


def _picture(reply: Reply, index: int) -> str:
    """One of the two plots; Matplotlib is imported when somebody saves one."""
    from advisor.report.pictures import panels, svg

    return svg([panels(reply.table)[index]]) if reply.table else ""


def _script(reply: Reply) -> str:
    from advisor.deploy.commands import script
    from advisor.recommendation.plans import deploy_plan

    if reply.best is None:
        raise UsageError("nothing fits, so there is nothing to run")
    return script(deploy_plan(reply.best))


_WRITERS: dict[str, Callable[[Reply], str]] = {
    "json": _json, "csv": _csv, "markdown": _markdown, "svg": _svg, "speed": _speed, "script": _script,
}  # fmt: skip
