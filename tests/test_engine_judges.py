"""The light judges of benchmarks/engine_judges.py: tools whose own parsers install in seconds."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("huggingface_hub", reason="the hf command line is not installed")

from benchmarks import engine_judges


def test_every_download_of_the_sweep_is_accepted_by_hf():
    """The commands that fetch weights, of plans of vLLM and llama.cpp over twelve models."""
    answers = engine_judges.judged(sys.executable, engine_judges.DOWNLOADS)
    assert len(answers) > 5
    refused = [(case["argv"], answer["said"]) for case, answer in answers if not answer["accepted"]]
    assert refused == []


@pytest.mark.parametrize(
    "argv",
    [
        ["hf", "download"],
        ["hf", "download", "Qwen/Qwen3-8B-GGUF", "--nonsense"],
        ["hf", "fetch", "Qwen/Qwen3-8B-GGUF"],
    ],
)
def test_what_hf_does_not_take_is_refused(argv: list[str]):
    """A repository that is missing, an option and a command nobody has."""
    case = {"argv": argv, "capability": ""}
    assert [False] == [
        found["accepted"] for found in engine_judges.ask(sys.executable, "parser_judge.py", [case])
    ]
