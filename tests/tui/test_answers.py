"""Answers become the same requirements as the command line's options."""

import shlex

import pytest

from advisor.cli import options
from advisor.cli.main import Parser
from advisor.documents.requirements import Requirements
from advisor.need.stated import argv
from advisor.tui.answers import Answers, command, problems, requirements, stated


def of_command(answers):
    """What `advisor recommend` makes of the command line that the TUI shows."""
    parser = Parser(prog="advisor recommend")
    options.add_model(parser)
    options.add_hardware(parser)
    options.add_need(parser)
    return options.requirements(parser.parse_args(shlex.split(command(answers))[2:]), None)


@pytest.mark.parametrize(
    "answers",
    [
        Answers(),
        Answers(
            tasks="math:1%, chat",
            accuracy="3",
            speed="interactive",
            context="32k",
            requests="16",
            kv_type="fp8",
        ),
        Answers(accuracy="number", loss="2.5", speed="fastest", engines="vllm, llama.cpp", calibration=False),
        Answers(
            speed="number", min_speed="12", requests="1:0.7,64:0.3", hardware="RTX 4090", model="Qwen3-8B"
        ),
    ],
)
def test_the_command_shown_asks_for_the_same(answers):
    """The command line beside the answer makes the same document."""
    assert requirements(answers, None) == of_command(answers)


def test_presets():
    """Words people know stand for numbers."""
    need = requirements(Answers(accuracy="near", speed="reading"), None)
    assert (need.max_loss_pct, need.min_decode_tokens_per_s) == (0.1, 5.0)
    assert requirements(Answers(speed="fastest"), None).objective == "speed"
    assert Requirements() == requirements(Answers(), None)


def test_every_wrong_field_is_found_at_once():
    """Not only the first."""
    wrong = problems(Answers(tasks="x", context="y", requests="z", accuracy="number", loss="-1"))
    assert {"tasks", "context", "requests", "loss"} == set(wrong)
    assert not any("--" in text for text in wrong.values())


def test_arguments_that_look_like_options():
    """A value that begins with a dash is a value."""
    assert argv(stated(Answers(tasks="-x"))) == ["--task=-x"]
    assert "tasks" in problems(Answers(tasks="-x"))
