"""`advisor deploy`."""

from __future__ import annotations

import json
from typing import Any

import pytest

ASKED = (
    "deploy",
    "--model",
    "Qwen3-8B",
    "--hardware",
    "RTX 4090",
    "--engine",
    "llama.cpp",
    "--scheme",
    "Q4_K_M",
)


def test_the_run_command_is_what_recommend_gives(advisor: Any) -> None:
    """The same function answers both."""
    plan = advisor("recommend", *ASKED[1:], "--json").document["recommendation"]
    found = advisor(*ASKED)
    assert (found.code, found.out) == (0, plan["run_command"] + "\n")


def test_json_is_the_deployment_document(advisor: Any) -> None:
    """As `--format json`; the address asked for stands in its words."""
    found = advisor(*ASKED, "--json", "--host", "0.0.0.0")
    assert (found.document["host"], found.out) == (
        "0.0.0.0",
        advisor(*ASKED, "--format", "json", "--host", "0.0.0.0").out,
    )
    argv = found.document["run"]["argv"]
    assert argv[argv.index("--host") + 1] == "0.0.0.0"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--min-speed", "9000"), 3, "no plan meets the need: "),
        (("--format", "kustomize"), 2, "--format"),
        (("--format", "helm"), 3, "helm runs no llama.cpp: --format kubernetes"),
    ],
)
def test_what_cannot_be_started_is_one_line(advisor: Any, words: Any, code: int, said: str) -> None:
    """A speed nothing reaches, a form nobody knows, a form of another engine."""
    found = advisor(*ASKED, *words)
    assert (found.code, found.out, len(found.err.splitlines())) == (code, "", 1)
    assert said in found.err


def test_a_failure_under_json_is_a_document(advisor: Any) -> None:
    """On standard output."""
    found = advisor(*ASKED, "--json", "--min-speed", "9000")
    assert json.loads(found.out)["error"]["code"] == "unsupported"
