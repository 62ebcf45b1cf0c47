"""What there is to get for a plan."""

from dataclasses import replace

from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.here.ready import ready


def plan_of(**answers):
    """The plan recommended for an RTX 4090."""
    asked = Answers(hardware="RTX 4090", **answers)
    return Conversation(asked, probe=lambda: None).ask(asked).document.recommendation


def test_a_published_file_has_an_address_and_a_command(monkeypatch):
    """One file of one repository, at the endpoint in force."""
    monkeypatch.setenv("HF_ENDPOINT", "http://mirror.example/")
    found = ready(replace(plan_of(model="Llama-3.1-8B", engines="llama.cpp"), scheme="Q6_K"))
    assert found.url == f"http://mirror.example/{found.publisher}/resolve/main/{found.name}"
    assert found.pull == f"hf download {found.publisher} {found.name} --local-dir ."


def test_what_nobody_published_is_made():
    """No address, and the command that makes it."""
    plan = replace(plan_of(model="Llama-3.1-8B", engines="llama.cpp"), scheme="Q5_1", make_command="make it")
    assert ("", "make it", "") == (ready(plan).url, ready(plan).pull, ready(plan).publisher)
