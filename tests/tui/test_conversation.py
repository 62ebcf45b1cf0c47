"""From answers to documents, without a screen."""

import pytest

from advisor.documents.plain import dumps
from advisor.errors import ProbeError, UnknownNameError, UsageError
from advisor.tui.answers import Answers
from advisor.tui.conversation import MOST_MARKED, Conversation

LLAMA = Answers(hardware="RTX 4090", model="Llama-3.1-8B", engines="llama.cpp")


def broken_probe():
    """A probe that fails."""
    raise RuntimeError("no /proc")


@pytest.fixture(scope="module")
def talk():
    """A conversation about a named machine."""
    return Conversation(LLAMA, broken_probe)


def test_the_same_question_has_the_same_answer(talk):
    """Asked twice, after another question in between, the document is the same."""
    first = dumps(talk.ask(LLAMA).document)
    talk.ask(LLAMA.having({"context": "2k"}))
    assert first == dumps(talk.ask(LLAMA).document)


def test_a_question_that_was_overtaken_is_not_answered(talk):
    """Whoever waits for a turn looks whether the answer is still wanted."""
    assert talk.ask_unless(LLAMA, lambda: True) is None
    assert talk.ask_unless(LLAMA, lambda: False) is not None


def test_two_to_four_are_marked(talk):
    """A second mark takes the first away; one too many is refused with the mend."""
    document = talk.ask(LLAMA).document
    plans = (document.recommendation, *document.alternatives)[: MOST_MARKED + 1]
    for plan in plans[:MOST_MARKED]:
        talk.mark(plan)
    with pytest.raises(UsageError, match="take one mark away with space first"):
        talk.mark(plans[MOST_MARKED])
    talk.mark(plans[0])
    assert list(plans[1:MOST_MARKED]) == talk.marked


def test_a_machine_that_cannot_be_read_can_be_named(talk):
    """The probe's failure is one line with the mend; the named machine is answered all the same."""
    with pytest.raises(ProbeError, match="could not be read: no /proc; name one instead"):
        talk.read_machine()
    with pytest.raises(ProbeError, match="wait for the probe, or name a machine"):
        talk.machine(Answers())
    assert talk.machine(LLAMA).name == "RTX 4090"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (LLAMA.having({"hardware": "no such thing"}), "machine"),
        (LLAMA.having({"model": "no such thing"}), "model"),
        (LLAMA.having({"context": "999999999"}), "context"),
    ],
)
def test_the_answer_at_fault_is_named(talk, answers, field):
    """A refusal is said at the field it is about."""
    with pytest.raises((UnknownNameError, UsageError)) as error:
        talk.ask_unless(answers, lambda: False)
    assert field == talk.at_fault(answers, error.value)


def test_a_file_in_the_folder_is_what_the_engine_starts_on(talk, tmp_path):
    """The command names the file itself and pulls nothing; without a file it stands as in the answer."""
    reply = talk.ask(LLAMA)
    plan = reply.document.recommendation
    file = tmp_path / "here.gguf"
    file.write_bytes(b"")
    argv = talk.startable(reply, plan, file).run.argv
    assert argv[argv.index("-m") + 1] == str(file)
    assert "-hf" not in argv
    assert talk.startable(reply, plan, None) == plan.deployment


def test_a_question_that_changes_while_it_is_answered_is_dropped():
    """Without a model the search ends at the next model, and nothing is kept of it."""
    answers, asked = Answers(hardware="RTX 4090"), []
    talk = Conversation(answers, probe=lambda: None)
    assert talk.ask_unless(answers, lambda: asked.append(None) or len(asked) > 3) is None
    assert 4 == len(asked)


@pytest.mark.parametrize(("wanted", "other"), [("document", "table"), ("table", "document")])
def test_what_a_screen_does_not_show_is_not_waited_for(wanted, other):
    """The page of the answer waits for no table, a what-if change for no recommendation."""
    talk = Conversation(LLAMA, probe=lambda: None)
    reply = talk.ask_unless(LLAMA, lambda: False, wanted)
    assert (True, False) == (wanted in vars(reply), other in vars(reply))


def test_the_table_follows_unless_something_else_is_asked():
    """It is there before somebody looks at it; not for an answer that is old already."""
    talk = Conversation(LLAMA, probe=lambda: None)
    reply, old = talk.ask(LLAMA), talk.ask(LLAMA.having({"context": "2k"}))
    talk.tabulate(reply)
    talk.tabulate(old)
    assert (True, False) == ("table" in vars(reply), "table" in vars(old))
