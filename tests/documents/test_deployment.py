"""A plan as a program takes it."""

from __future__ import annotations

from typing import Any

from advisor.documents.deployment import Command, Deployment, Resources
from advisor.documents.plain import parse, plain

PLAN = Deployment(
    model="m",
    scheme="BF16",
    engine="vllm",
    engine_version="1",
    repository=None,
    weights="m",
    ready_made=True,
    run=Command(argv=("vllm", "serve", "m"), env={"A": "1"}),
    resources=Resources(),
)


def test_a_plan_is_read_back_as_it_was() -> None:
    """Words stay words: nothing in it is quoted."""
    assert parse(Deployment, plain(PLAN), what="plan") == PLAN


def test_a_plan_serves_its_own_machine_and_one_node_unless_said() -> None:
    """No address of others, no workers, no secrets."""
    assert (PLAN.host, PLAN.port, PLAN.workers, PLAN.leader, PLAN.secrets) == ("127.0.0.1", None, (), "", ())


def test_a_command_line_as_one_text_is_refused(refusal: Any) -> None:
    """It would have to be split, and so quoted."""
    value = {**plain(PLAN), "run": {"argv": "vllm serve m"}}
    assert "run.argv is 'vllm serve m'" in refusal(Deployment, value)
