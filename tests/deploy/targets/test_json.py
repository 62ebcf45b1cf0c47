"""The document as a form."""

from __future__ import annotations

import json

from advisor.deploy.targets import write


def test_it_is_the_deployment_document(plan):
    """A program reads words and resources from it."""
    document = json.loads(write(plan(), "json"))
    assert (tuple(document["run"]["argv"]), document["resources"]["gpus"]) == (plan().run.argv, 1)
