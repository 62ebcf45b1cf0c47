"""The words of the figures."""

import pytest

from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.words import in_place, words


def test_every_word_comes_with_the_users_numbers():
    """The sentences hold the context, the cache and the figures of the plan shown."""
    answers = Answers(hardware="RTX 4090", model="Llama-3.1-8B", context="16k")
    plan = Conversation(answers, probe=lambda: None).ask(answers).document.recommendation
    said = dict(words(plan))
    assert "16384 tokens of context" in said["KV cache"]
    assert f"{plan.predicted.bpw.value:.2f} instead of 16" in said["bits per weight"]
    assert f"{plan.loss_pct.value:.2f} %" in said["loss"]
    assert {"imatrix", "prefill", "perplexity ratio", "GB and GiB", "extrapolated"} <= set(said)


@pytest.mark.parametrize(
    ("said", "here"),
    [
        ("give --ram to have them", "give RAM on the machine's page to have them"),
        (
            "state --ram or --vram to plan for all of it",
            "state RAM or VRAM on the machine's page to plan for all of it",
        ),
        (
            "a similar name with --vram and --bandwidth",
            "a similar name with VRAM and bandwidth on the machine's page",
        ),
        ("give a GGUF file, or --params 8B", "give a GGUF file, or a size such as 8B"),
        ("--params 7B works for any model of that size", "7B alone stands for any model of that size"),
        ("give it, e.g. --ram 16GB", "give it: RAM 16GB on the machine's page"),
        ("`advisor probe --measure` measures it", "F6 on the machine's page measures it"),
        ("state it with --bandwidth", "state it with the bandwidth on the machine's page"),
    ],
)
def test_no_command_line_inside_the_tui(said, here):
    """What an option does on the command line is named by what does it here."""
    assert here == in_place(said)
