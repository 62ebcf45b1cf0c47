"""The file that a plan is ready to be loaded from: where it is published, and how it is pulled by hand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import quote

from advisor.catalog.ready import published
from advisor.catalog.resolve import resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.deploy import shell
from advisor.documents.deployment import Command
from advisor.documents.recommendation import Plan
from advisor.engines import facts

HUB, HUB_VARIABLE = "https://huggingface.co", "HF_ENDPOINT"
"""https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables"""


@dataclass(frozen=True)
class Ready:
    """What there is to get for a plan."""

    name: str
    """The file, in the folder it is downloaded to."""
    url: str
    """'' where one download does not get it: several files, an engine's own library, weights to be made."""
    pull: str
    """The command that gets it or makes it; '' when the engine fetches it at its start."""
    size_bytes: int
    publisher: str = ""
    """The repository; '' when nobody published it."""


def ready(plan: Plan) -> Ready:
    """What there is to get for *plan*."""
    engine = facts(plan.engine)
    found = published(resolve_model(plan.model), find_scheme(plan.scheme), engine, plan.imatrix)
    name = plan.file.name
    if found is None:
        return Ready(name, "", plan.make_command, plan.file.size_bytes)
    if found.ollama_tag:
        pull = shell.line(Command(argv=(*engine.pull, found.ollama_tag))) if engine.pull else ""
        return Ready(found.ollama_tag, "", pull, plan.file.size_bytes)
    words = ("hf", "download", found.repository, *found.files, "--local-dir", ".")
    pull = shell.line(Command(argv=words))
    single = len(found.files) == 1
    if single:
        name = found.files[0].rpartition("/")[2]
    url = _url(found.repository, found.files[0], found.revision) if single else ""
    return Ready(name, url, pull, plan.file.size_bytes, found.repository)


def _url(repository: str, file: str, revision: str | None) -> str:
    hub = os.environ.get(HUB_VARIABLE) or HUB
    return f"{hub.rstrip('/')}/{quote(repository)}/resolve/{quote(revision or 'main')}/{quote(file)}"
