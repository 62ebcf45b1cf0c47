"""The deployment document itself."""

from __future__ import annotations

from advisor.deploy.targets._target import Target
from advisor.documents.deployment import Deployment
from advisor.documents.plain import dumps


def _write(plan: Deployment) -> str:
    return dumps(plan)


TARGET = Target(name="json", help="words, environment, files and resources as one document", write=_write)
